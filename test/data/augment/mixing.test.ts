// Mixing of batches: the random choice, per step, of pictures together with their targets. The formulas are in torchvision.test.ts.
import * as assert from "uvu/assert";
import { augmenterOf } from "../../../src/data/augment/from-recipe.js";
import { largestOfRows, mixImages, mixRows } from "../../../src/data/augment/mixing.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { asThing, type PlainValue } from "../../../src/recipe/thing.js";
import { suite } from "../../support/suite.js";

const [width, height, classes] = [20, 10, 4];

const mixing = (names: Readonly<Record<string, Readonly<Record<string, PlainValue>>>>, seed = 0) => {
  const span = { file: "", start: 0, end: 0 };
  const things = Object.entries(names).map(([name, fields]) =>
    asThing({ kind: "thing", sort: "augmentation", name, fields, span }, "augmentation"),
  );
  const augmenter = augmenterOf(things, { width, height, mean: [0, 0, 0] }, seed);
  if (isProblem(augmenter)) throw new Error("refused");
  return augmenter;
};

/** Each picture has its own grey level and class, so a pixel shows its sources. */
const values = [0, 60, 120, 240];
const images = values.map(
  (value): RgbImage => ({ width, height, pixels: new Uint8Array(width * height * 3).fill(value) }),
);

/** The batch in that step; targets by picture. */
function batchOf(augmenter: ReturnType<typeof mixing>, epoch: number, step: number) {
  const mixes = augmenter.mixes(epoch, step);
  const rows = Float32Array.from({ length: classes ** 2 }, (_, at) => (at % (classes + 1) === 0 ? 1 : 0));
  mixRows(rows, classes, mixes);
  const targets = values.map((_, i) => [...rows.subarray(i * classes, (i + 1) * classes)]);
  return { images: mixImages(images, mixes), targets };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);

suite("mixing a batch", (test) => {
  test("neither: the very same pictures", () => {
    assert.is(batchOf(mixing({}), 0, 0).images, images);
    assert.is(batchOf(mixing({ horizontal_flip: { p: 1 } }), 0, 0).images, images);
  });

  for (const name of ["mixup", "cut_mix"]) {
    test(`${name}: by seed, epoch and step alone; the pictures that go in stay`, () => {
      const made = (seed: number, epoch: number, step: number): string =>
        JSON.stringify(batchOf(mixing({ [name]: { alpha: 1, p: 1 } }, seed), epoch, step).targets);
      assert.is(made(0, 0, 0), made(0, 0, 0));
      const some = [1, 2, 3, 4];
      for (const others of [
        some.map((i) => made(i, 0, 0)),
        some.map((i) => made(0, i, 0)),
        some.map((i) => made(0, 0, i)),
      ]) {
        assert.ok(new Set([made(0, 0, 0), ...others]).size > 2, "chance has no say");
      }
      for (const [i, { pixels }] of images.entries()) assert.ok(pixels.every((byte) => byte === values[i]));
    });

    test(`${name}: a picture holds of each other one what its target says`, () => {
      const mixer = mixing({ [name]: { alpha: 1, p: 1 } });
      for (let step = 0; step < 40; step++) {
        const { images: made, targets } = batchOf(mixer, 0, step);
        for (const [i, { pixels }] of made.entries()) {
          const target = targets[i]!;
          assert.ok(Math.abs(sum(target) - 1) < 1e-6);
          const wanted = sum(target.map((share, c) => share * values[c]!));
          const mean = sum(pixels) / pixels.length;
          assert.ok(Math.abs(mean - wanted) < 0.51, `${mean} for ${wanted}`);
        }
      }
    });

    test(`${name}: p says how often`, () => {
      const mixed = (p: number): number => {
        const mixer = mixing({ [name]: { alpha: 1, p } });
        return Array.from({ length: 400 }, (_, step) => mixer.mixes(0, step)).filter(({ length }) => length > 0).length;
      };
      assert.is(mixed(0), 0);
      assert.is(mixed(1), 400);
      // Binomial: a standard deviation of 9.
      assert.ok(Math.abs(mixed(0.25) - 100) < 45, String(mixed(0.25)));
    });
  }

  test("mixup blends whole pictures, cut_mix pastes rectangles of the pixels as they are", () => {
    const found = (name: string): readonly number[] => {
      const made = batchOf(mixing({ [name]: { alpha: 1, p: 1 } }), 0, 3).images;
      return [...new Set(made.flatMap(({ pixels }) => [...pixels]))].toSorted((a, b) => a - b);
    };
    assert.equal(found("cut_mix"), values);
    assert.is(found("mixup").length, 4, "one blend a picture");
    assert.not.equal(found("mixup"), values);
  });

  test("a small alpha leaves most batches nearly as they are, a large one blends half and half", () => {
    const middle = (alpha: number): number => {
      const mixer = mixing({ mixup: { alpha, p: 1 } });
      const own = Array.from({ length: 400 }, (_, step) => mixer.mixes(0, step)[0]!.share);
      return own.filter((share) => share > 0.25 && share < 0.75).length / 400;
    };
    assert.ok(middle(0.05) < 0.1, String(middle(0.05)));
    assert.ok(middle(20) > 0.95, String(middle(20)));
  });

  test("both, one after the other: the second mixes what the first has made", () => {
    const { targets } = batchOf(mixing({ mixup: { alpha: 5, p: 1 }, cut_mix: { alpha: 5, p: 1 } }), 0, 1);
    assert.is(targets[0]!.filter((share) => share > 0).length, 3);
  });

  test("a picture by itself is mixed with itself", () => {
    const rows = Float32Array.of(0.25, 0.75);
    mixRows(rows, 1, [{ kind: "blend", share: 0.3 }]);
    assert.ok(Math.abs(rows[0]! - 0.25) < 1e-6 && Math.abs(rows[1]! - 0.75) < 1e-6);
    const alone = images.slice(1, 2);
    assert.equal(mixImages(alone, [{ kind: "blend", share: 0.3 }]), alone);
  });

  test("the largest of each row, of several the first", () => {
    assert.equal(largestOfRows(Float32Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1), 3), [1, 0, 2]);
  });
});
