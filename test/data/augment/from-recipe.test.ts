import * as assert from "uvu/assert";
import { type Augmenter, augmenterOf } from "../../../src/data/augment/from-recipe.js";
import { resizeTo } from "../../../src/data/augment/resize-to.js";
import { hardTargets, type Sample } from "../../../src/data/data-set.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { randomStream } from "../../../src/random/stream.js";
import type { ThingOf } from "../../../src/recipe/signatures.js";
import { recipeSignatures } from "../../../src/recipe/signatures.js";
import { asThing, type PlainValue } from "../../../src/recipe/thing.js";
import { suite } from "../../support/suite.js";
import { formulaPicture } from "../formula-picture.js";

const span = { file: "", start: 0, end: 0 };
const thing = (name: string, fields: Readonly<Record<string, PlainValue>>): ThingOf<"augmentation"> =>
  asThing({ kind: "thing", sort: "augmentation", name, fields, span }, "augmentation");

const target = { width: 12, height: 10, mean: [0.2, 0.4, 0.6] };

const made = (things: readonly ThingOf<"augmentation">[], seed = 0): Augmenter => {
  const augmenter = augmenterOf(things, target, seed);
  if (isProblem(augmenter)) throw new Error(augmenter.diagnose({}).message);
  return augmenter;
};

const sample = (key: string): Sample => ({ key, label: 0, target: hardTargets(1)[0]! });
const draw = (key: string, repeat = 0) => ({ sample: sample(key), repeat });

/** An entry for each augmentation of single pictures. */
const examples: Readonly<Record<string, ThingOf<"augmentation">>> = {
  horizontal_flip: thing("horizontal_flip", { p: 0.5 }),
  resize: thing("resize", { size: 16 }),
  random_resized_crop: thing("random_resized_crop", { scale: [0.3, 0.9], ratio: [0.75, 1.33] }),
  random_crop: thing("random_crop", { padding: 3, border: "black" }),
  rotation: thing("rotation", { degrees: 20, border: "black" }),
  random_affine: thing("random_affine", { degrees: 9, translate: [0.1, 0.2], scale: [0.8, 1.2], border: "reflect" }),
  color_jitter: thing("color_jitter", { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  random_grayscale: thing("random_grayscale", { p: 0.5 }),
  random_erasing: thing("random_erasing", { p: 0.7, scale: [0.02, 0.33], ratio: [0.3, 3.3] }),
};

/** Those that mix batches: see mixing.test.ts. */
const mixers = ["mixup", "cut_mix"];

suite("augmentations of a recipe", (test) => {
  test("there is an example for each one that the language has", () => {
    const known = recipeSignatures.filter(({ sort }) => sort === "augmentation").map(({ name }) => name);
    assert.equal([...Object.keys(examples), ...mixers].toSorted(), known.toSorted());
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
      // It is not random.
      if (name === "resize") return;
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
    const shift = thing("random_crop", { padding: 5, border: "black" });
    const one = made([shift, flip]);
    const other = made([flip, shift]);
    const differ = Array.from({ length: 10 }, (_, i) => draw(`${i}`)).some(
      (at) => Buffer.compare(one.augment(small, at, 0).pixels, other.augment(small, at, 0).pixels) !== 0,
    );
    assert.ok(differ);
  });

  test("a crop takes a part whose share and proportion are in the ranges", () => {
    // Two ramps: a pixel's colour shows its source.
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

  test("ranges that make no sense are refused, by the name that has them", () => {
    for (const name of ["random_resized_crop", "random_erasing", "random_affine"]) {
      for (const [scale, ratio] of [
        [
          [0.5, 0.2],
          [1, 1],
        ],
        ...(name === "random_affine"
          ? []
          : [
              [
                [0, 1],
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
            ]),
      ]) {
        const fields = { ...examples[name]!.fields, scale: scale!, ratio: ratio! };
        const found = augmenterOf([thing(name, fields)], target, 0);
        assert.ok(isProblem(found), `${name} ${scale} ${ratio}`);
        const { code, message } = found.diagnose({});
        assert.is(code, "data/bad-crop-range");
        assert.match(message, new RegExp(`^${name}'s `));
      }
    }
  });

  test("what is erased has the area and the proportion, height over width, that are asked for", () => {
    const white: RgbImage = { width: 100, height: 100, pixels: new Uint8Array(30000).fill(255) };
    const fields = { p: 1, scale: [0.1, 0.2], ratio: [1.5, 2] };
    const erase = augmenterOf([thing("random_erasing", fields)], { width: 100, height: 100, mean: [0, 0, 0] }, 1);
    if (isProblem(erase)) throw new Error("refused");
    for (let i = 0; i < 50; i++) {
      const { pixels } = erase.augment(white, draw(`${i}`), 0);
      const black = Array.from({ length: 10000 }, (_, at) => at).filter((at) => pixels[at * 3] === 0);
      const [rows, columns] = [new Set(black.map((at) => Math.floor(at / 100))), new Set(black.map((at) => at % 100))];
      assert.is(black.length, rows.size * columns.size, "a rectangle");
      assert.ok(black.length > 950 && black.length < 2050, `${black.length} pixels`);
      assert.ok(rows.size / columns.size > 1.42 && rows.size / columns.size < 2.1, `${rows.size} by ${columns.size}`);
    }
  });

  test("borders: black, the model's mean, or the picture's own colours come in", () => {
    const plain: RgbImage = { width: 12, height: 10, pixels: new Uint8Array(360).fill(200) };
    const colours = (border: string): readonly string[] => {
      const turn = made([
        thing("random_affine", { degrees: 45, translate: [0.5, 0.5], scale: [0.5, 0.6], border }),
        thing("random_crop", { padding: 6, border }),
        thing("rotation", { degrees: 90, border }),
      ]);
      const seen = Array.from({ length: 20 }, (_, i) => turn.augment(plain, draw(`${i}`), 0).pixels);
      return [
        ...new Set(
          seen.flatMap((pixels) => Array.from({ length: 120 }, (_, i) => pixels.slice(i * 3, i * 3 + 3).join(" "))),
        ),
      ];
    };
    const own = "200 200 200";
    assert.equal(colours("edge"), [own]);
    assert.equal(colours("reflect"), [own]);
    assert.ok(colours("black").includes("0 0 0"));
    assert.ok(colours("mean").includes("51 102 153"));
    assert.not.ok(colours("mean").includes("0 0 0"));
  });

  test("random_affine stays in its ranges, and uses them", () => {
    // A ramp to the right and one down: the middle's colours show the map.
    const size = 81;
    const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [(pixel % size) * 3, Math.floor(pixel / size) * 3, 0][i % 3]!;
    });
    const fields = { degrees: 10, translate: [0.1, 0.05], scale: [0.9, 1.1], border: "edge" };
    const affine = augmenterOf([thing("random_affine", fields)], { width: size, height: size, mean: [0, 0, 0] }, 5);
    if (isProblem(affine)) throw new Error("refused");
    const found = Array.from({ length: 300 }, (_, i) => {
      const out = affine.augment({ width: size, height: size, pixels }, draw(`${i}`), 0);
      const at = (x: number, y: number, channel: number): number => out.pixels[(y * size + x) * 3 + channel]! / 3;
      const [x, y] = [at(60, 40, 0) - at(20, 40, 0), at(60, 40, 1) - at(20, 40, 1)];
      // The source of the middle of the picture, with rotation and scale undone, gives the shift.
      const scale = 40 / Math.hypot(x, y);
      const angle = Math.atan2(-y, x);
      const [dx, dy] = [40 - at(40, 40, 0), 40 - at(40, 40, 1)];
      const right = (dx * Math.cos(angle) - dy * Math.sin(angle)) * scale;
      const down = (dx * Math.sin(angle) + dy * Math.cos(angle)) * scale;
      return { degrees: (angle * 180) / Math.PI, scale, right, down };
    });
    for (const [what, low, high, slack] of [
      ["degrees", -10, 10, 1.5],
      ["scale", 0.9, 1.1, 0.03],
      ["right", -8, 8, 1],
      ["down", -4, 4, 1],
    ] as const) {
      const values = found.map((each) => each[what]);
      const reach = (high - low) / 10;
      assert.ok(
        Math.min(...values) >= low - slack && Math.max(...values) <= high + slack,
        `${what}: ${Math.min(...values)} ${Math.max(...values)}`,
      );
      assert.ok(Math.min(...values) < low + reach + slack && Math.max(...values) > high - reach - slack, what);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs(mean - (low + high) / 2) < (high - low) / 10, `${what}: a mean of ${mean}`);
    }
  });

  test("after resize a crop cuts the model's size, unscaled; no pixel is made up", () => {
    // At 16 x 16 nothing is resized, so every pixel of the part is one of the picture's, in the same place.
    const image = formulaPicture(16, 16);
    const crop = made([thing("resize", { size: 16 }), thing("random_crop", { padding: 0, border: "black" })]);
    assert.is(crop.takesParts, true);
    const places = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const out = crop.augment(image, draw(`${i}`), 0);
      assert.equal([out.width, out.height], [12, 10]);
      const place = Array.from({ length: 35 }, (_, at) => [at % 5, Math.floor(at / 5)] as const).find(([left, top]) =>
        Array.from({ length: 10 }, (_, row) => row).every((row) => {
          const from = ((top + row) * 16 + left) * 3;
          return (
            Buffer.compare(image.pixels.subarray(from, from + 36), out.pixels.subarray(row * 36, row * 36 + 36)) === 0
          );
        }),
      );
      assert.ok(place, "a part of the picture");
      places.add(place.join(" "));
    }
    assert.ok(places.size > 20, `${places.size} of 35 places`);
  });

  test("a picture that is one long line does not grow without bound", () => {
    const line: RgbImage = { width: 20000, height: 1, pixels: new Uint8Array(60000) };
    const { width, height } = resizeTo(16)(line, randomStream(0, ""));
    assert.equal([width, height], [128, 16]);
  });

  test("what is erased is the mean colour, a rectangle, and not all", () => {
    const small = formulaPicture(12, 10);
    const erase = made([thing("random_erasing", { ...examples.random_erasing!.fields, p: 1 })]);
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
