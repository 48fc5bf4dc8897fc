import * as assert from "uvu/assert";
import { type Augmenter, augmenterOf } from "../../../src/data/augment/from-recipe.js";
import { hardTargets, type Sample } from "../../../src/data/data-set.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { recipeSignatures } from "../../../src/recipe/signatures.js";
import type { PlainValue, RecipeThing } from "../../../src/recipe/thing.js";
import { suite } from "../../support/suite.js";
import { formulaPicture } from "../formula-picture.js";

const span = { file: "", start: 0, end: 0 };
const thing = (name: string, fields: Readonly<Record<string, PlainValue>>): RecipeThing => ({
  kind: "thing",
  sort: "augmentation",
  name,
  fields,
  span,
});

const target = { width: 12, height: 10, mean: [0.2, 0.4, 0.6] };

const made = (things: readonly RecipeThing[], seed = 0): Augmenter => {
  const augmenter = augmenterOf(things, target, seed);
  if (isProblem(augmenter)) throw new Error(augmenter.diagnose({}).message);
  return augmenter;
};

const sample = (key: string): Sample => ({ key, label: 0, target: hardTargets(1)[0]! });
const draw = (key: string, repeat = 0) => ({ sample: sample(key), repeat });

/** One thing for each augmentation of the language. */
const examples: Readonly<Record<string, RecipeThing>> = {
  horizontal_flip: thing("horizontal_flip", { p: 0.5 }),
  random_resized_crop: thing("random_resized_crop", { scale: [0.3, 0.9], ratio: [0.75, 1.33] }),
  random_crop: thing("random_crop", { padding: 3 }),
  rotation: thing("rotation", { degrees: 20 }),
  color_jitter: thing("color_jitter", { brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
  random_erasing: thing("random_erasing", { p: 0.7 }),
};

suite("augmentations of a recipe", (test) => {
  test("there is an example for each one that the language has", () => {
    const known = recipeSignatures.filter(({ sort }) => sort === "augmentation").map(({ name }) => name);
    assert.equal(Object.keys(examples).toSorted(), known.toSorted());
  });

  const image = formulaPicture(30, 24);
  for (const [name, example] of Object.entries(examples)) {
    test(`${name}: of the model's size, by seed, epoch, sample and repeat alone; the picture itself stays`, () => {
      const augmenter = made([example]);
      const before = image.pixels.slice();
      const pixels = (draws: { key: string; repeat?: number; epoch?: number; seed?: number }): string => {
        const { key, repeat = 0, epoch = 0, seed } = draws;
        const by = seed === undefined ? augmenter : made([example], seed);
        const out = by.augment(image, draw(key, repeat), epoch);
        assert.equal([out.width, out.height, out.pixels.length], [12, 10, 360]);
        return Buffer.from(out.pixels).toString("hex");
      };
      const variants = (of: (i: number) => Parameters<typeof pixels>[0]): number =>
        new Set(Array.from({ length: 12 }, (_, i) => pixels(of(i)))).size;
      assert.is(pixels({ key: "a" }), pixels({ key: "a", seed: 0 }));
      for (const of of [
        (i: number) => ({ key: `${i}` }),
        (i: number) => ({ key: "a", epoch: i }),
        (i: number) => ({ key: "a", repeat: i }),
        (i: number) => ({ key: "a", seed: i }),
      ]) {
        assert.ok(variants(of) > 1, "chance has no say");
      }
      assert.equal(image.pixels, before);
    });
  }

  test("none: the picture at the model's size; and plain is that too", () => {
    const small = formulaPicture(12, 10);
    assert.is(made([]).augment(small, draw("a"), 0), small);
    assert.is(made([examples.rotation!]).plain(small), small);
    assert.is(made([]).augment(image, draw("a"), 0).width, 12);
  });

  test("a flip with p 1 is the mirror, with p 0 nothing; the mirror's mirror is the picture", () => {
    const small = formulaPicture(12, 10);
    const flip = made([thing("horizontal_flip", { p: 1 })]);
    const mirror = flip.augment(small, draw("a"), 0);
    assert.equal([...mirror.pixels.subarray(0, 3)], [...small.pixels.subarray(33, 36)]);
    assert.equal(flip.augment(mirror, draw("a"), 0), small);
    assert.is(made([thing("horizontal_flip", { p: 0 })]).augment(small, draw("a"), 0), small);
  });

  test("a flip of p 0.3 turns about three of ten", () => {
    const small = formulaPicture(12, 10);
    const flip = made([thing("horizontal_flip", { p: 0.3 })]);
    const turned = Array.from({ length: 2000 }, (_, i) => flip.augment(small, draw(`${i}`), 0)).filter(
      (out) => out !== small,
    );
    // Binomial: a standard deviation of 20.
    assert.ok(Math.abs(turned.length - 600) < 100, String(turned.length));
  });

  test("they come in the order that is written", () => {
    const flip = thing("horizontal_flip", { p: 1 });
    const small = formulaPicture(12, 10);
    const shift = thing("random_crop", { padding: 5 });
    const one = made([shift, flip]);
    const other = made([flip, shift]);
    const differ = Array.from({ length: 10 }, (_, i) => draw(`${i}`)).some(
      (at) => Buffer.compare(one.augment(small, at, 0).pixels, other.augment(small, at, 0).pixels) !== 0,
    );
    assert.ok(differ);
  });

  test("a crop takes a part whose share and proportion are in the ranges", () => {
    // Two ramps: where a pixel comes from can be read from its colour.
    const size = 240;
    const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [pixel % size, Math.floor(pixel / size), 0][i % 3]!;
    });
    const ramps: RgbImage = { width: size, height: size, pixels };
    const crop = augmenterOf(
      [thing("random_resized_crop", { scale: [0.25, 0.5], ratio: [0.8, 1.25] })],
      { width: 40, height: 40, mean: [0, 0, 0] },
      3,
    );
    if (isProblem(crop)) throw new Error("refused");
    assert.is(crop.takesParts, true);
    const areas: number[] = [];
    for (let i = 0; i < 200; i++) {
      const out = crop.augment(ramps, draw(`${i}`), 0);
      const at = (x: number, y: number, channel: number): number => out.pixels[(y * 40 + x) * 3 + channel]!;
      const width = ((at(39, 20, 0) - at(0, 20, 0)) * 40) / 39;
      const height = ((at(20, 39, 1) - at(20, 0, 1)) * 40) / 39;
      areas.push((width * height) / (size * size));
      assert.ok(width / height > 0.76 && width / height < 1.3, `${width} / ${height}`);
    }
    assert.ok(Math.min(...areas) > 0.23 && Math.max(...areas) < 0.53, `${Math.min(...areas)} ${Math.max(...areas)}`);
    assert.ok(Math.min(...areas) < 0.3 && Math.max(...areas) > 0.45, "the range is not used");
  });

  test("a crop that never fits falls back on the middle", () => {
    const crop = made([thing("random_resized_crop", { scale: [1, 1], ratio: [4, 5] })]);
    assert.is(crop.augment(formulaPicture(10, 40), draw("a"), 0).width, 12);
    assert.is(crop.augment(formulaPicture(1, 1), draw("a"), 0).width, 12);
  });

  test("ranges that make no sense are refused", () => {
    for (const [scale, ratio] of [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [0.5, 0.2],
        [1, 1],
      ],
      [
        [0.5, 1.5],
        [1, 1],
      ],
      [
        [0.5, 1],
        [0, 1],
      ],
    ]) {
      const found = augmenterOf([thing("random_resized_crop", { scale: scale!, ratio: ratio! })], target, 0);
      assert.is(isProblem(found) && found.diagnose({}).code, "data/bad-crop-range");
    }
  });

  test("what is erased is the mean colour, a rectangle, and not all", () => {
    const small = formulaPicture(12, 10);
    const erase = made([thing("random_erasing", { p: 1 })]);
    const mean = [51, 102, 153];
    for (let i = 0; i < 30; i++) {
      const out = erase.augment(small, draw(`${i}`), 0);
      const changed = Array.from({ length: 120 }, (_, at) => at).filter((at) =>
        [0, 1, 2].some((c) => out.pixels[at * 3 + c] !== small.pixels[at * 3 + c]),
      );
      for (const at of changed) assert.equal([...out.pixels.subarray(at * 3, at * 3 + 3)], mean);
      assert.ok(changed.length < 60, `${changed.length} of 120 pixels`);
    }
  });
});
