// What mixes batches, beside torchvision's formulas (torchvision.test.ts): by chance, by step, and together with the targets.
import * as assert from "uvu/assert";
import { augmenterOf } from "../../../src/data/augment/from-recipe.js";
import { largestShare, type Mixable } from "../../../src/data/augment/mixing.js";
import { hardTargets } from "../../../src/data/data-set.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import type { PlainValue } from "../../../src/recipe/thing.js";
import { suite } from "../../support/suite.js";

const [width, height, classes] = [20, 10, 4];

const mixing = (names: Readonly<Record<string, Readonly<Record<string, PlainValue>>>>, seed = 0) => {
  const span = { file: "", start: 0, end: 0 };
  const things = Object.entries(names).map(([name, fields]) => ({
    kind: "thing" as const,
    sort: "augmentation",
    name,
    fields,
    span,
  }));
  const augmenter = augmenterOf(things, { width, height, mean: [0, 0, 0] }, seed);
  if (isProblem(augmenter)) throw new Error("refused");
  return augmenter;
};

/** Each picture in one grey of its own, of a class of its own: what a pixel is made of shows. */
const batch: Mixable = {
  images: [0, 60, 120, 240].map((value) => ({ width, height, pixels: new Uint8Array(width * height * 3).fill(value) })),
  targets: hardTargets(classes),
};

const shares = ({ targets }: Mixable): readonly (readonly number[])[] => targets.map((target) => [...target]);

suite("mixing a batch", (test) => {
  test("neither: the very same batch", () => {
    assert.is(mixing({}).mix(batch, 0, 0), batch);
    assert.is(mixing({ horizontal_flip: { p: 1 } }).mix(batch, 0, 0), batch);
  });

  for (const name of ["mixup", "cut_mix"]) {
    test(`${name}: by seed, epoch and step alone; the batch that goes in stays`, () => {
      const before = JSON.stringify([...batch.images.map(({ pixels }) => [...pixels]), shares(batch)]);
      const made = (seed: number, epoch: number, step: number): string =>
        JSON.stringify(shares(mixing({ [name]: { alpha: 1, p: 1 } }, seed).mix(batch, epoch, step)));
      assert.is(made(0, 0, 0), made(0, 0, 0));
      for (const others of [
        [1, 2, 3, 4].map((i) => made(i, 0, 0)),
        [1, 2, 3, 4].map((i) => made(0, i, 0)),
        [1, 2, 3, 4].map((i) => made(0, 0, i)),
      ]) {
        assert.ok(new Set([made(0, 0, 0), ...others]).size > 2, "chance has no say");
      }
      assert.is(JSON.stringify([...batch.images.map(({ pixels }) => [...pixels]), shares(batch)]), before);
    });

    test(`${name}: a picture holds of each other one what its target says`, () => {
      const mixer = mixing({ [name]: { alpha: 1, p: 1 } });
      for (let step = 0; step < 40; step++) {
        const { images, targets } = mixer.mix(batch, 0, step);
        for (const [i, { pixels }] of images.entries()) {
          const target = targets[i]!;
          assert.ok(Math.abs(target.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
          const wanted = [0, 60, 120, 240].reduce((sum, value, c) => sum + value * target[c]!, 0);
          const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
          assert.ok(Math.abs(mean - wanted) < 0.51, `${mean} for ${wanted}`);
        }
      }
    });

    test(`${name}: p says how often`, () => {
      const mixed = (p: number): number => {
        const mixer = mixing({ [name]: { alpha: 1, p } });
        return Array.from({ length: 400 }, (_, step) => mixer.mix(batch, 0, step)).filter((made) => made !== batch)
          .length;
      };
      assert.is(mixed(0), 0);
      assert.is(mixed(1), 400);
      // Binomial: a standard deviation of 9.
      assert.ok(Math.abs(mixed(0.25) - 100) < 45, String(mixed(0.25)));
    });
  }

  test("mixup blends whole pictures, cut_mix pastes rectangles of the pixels as they are", () => {
    const values = (name: string): Set<number> => {
      const { images } = mixing({ [name]: { alpha: 1, p: 1 } }).mix(batch, 0, 3);
      return new Set(images.flatMap(({ pixels }) => [...pixels]));
    };
    assert.equal(
      [...values("cut_mix")].toSorted((a, b) => a - b),
      [0, 60, 120, 240],
    );
    assert.is(values("mixup").size, 4, "one blend a picture");
    assert.not.equal(
      [...values("mixup")].toSorted((a, b) => a - b),
      [0, 60, 120, 240],
    );
  });

  test("a small alpha leaves most batches nearly as they are, a large one blends half and half", () => {
    const middle = (alpha: number): number => {
      const mixer = mixing({ mixup: { alpha, p: 1 } });
      const own = Array.from({ length: 400 }, (_, step) => mixer.mix(batch, 0, step).targets[0]![0]!);
      return own.filter((share) => share > 0.25 && share < 0.75).length / 400;
    };
    assert.ok(middle(0.05) < 0.1, String(middle(0.05)));
    assert.ok(middle(20) > 0.95, String(middle(20)));
  });

  test("both, one after the other: the second mixes what the first has made", () => {
    const { targets } = mixing({ mixup: { alpha: 5, p: 1 }, cut_mix: { alpha: 5, p: 1 } }).mix(batch, 0, 1);
    assert.is(targets[0]!.filter((share) => share > 0).length, 3);
  });

  test("a picture by itself is mixed with itself", () => {
    const [image] = batch.images;
    const [target] = batch.targets;
    const alone = mixing({ mixup: { alpha: 1, p: 1 } }).mix({ images: [image!], targets: [target!] }, 0, 0);
    assert.equal(alone.images[0], image);
    assert.ok(Math.abs(alone.targets[0]![0]! - 1) < 1e-6);
  });

  test("the largest share, of several the first", () => {
    assert.is(largestShare([0.2, 0.5, 0.3]), 1);
    assert.is(largestShare([0.25, 0.5, 0.25, 0.5]), 1);
  });
});
