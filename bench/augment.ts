/**
 * Measures the milliseconds of each augmentation per picture, and those of a typical list together, on one core:
 *   node --import tsx bench/augment.ts [--size 112] [--pictures 128] [--rounds 25]
 * `fastest` is the sum over batches of each batch's fastest round, which other processes disturb least; `median` is the median of
 * whole rounds. Grey pictures have one channel stored as three, as in many face data sets.
 */
import { parseArgs } from "node:util";
import { augmenterOf } from "../src/data/augment/from-recipe.js";
import { mixImages } from "../src/data/augment/mixing.js";
import { hardTargets } from "../src/data/data-set.js";
import { generateFace } from "../src/data/generated-faces.js";
import { normaliseInto } from "../src/data/normalise.js";
import type { RgbImage } from "../src/data/rgb-image.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import type { ThingOf } from "../src/recipe/signatures.js";
import { type PlainValue, readThing } from "../src/recipe/thing.js";

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "112" },
    pictures: { type: "string", default: "128" },
    rounds: { type: "string", default: "25" },
  },
});
const [size, count, rounds] = [options.size, options.pictures, options.rounds].map(Number) as [number, number, number];
const batch = 32;

type Arguments = Readonly<Record<string, PlainValue>>;

/** An entry of a recipe with the language's own defaults. */
function thing(name: string, fields: Arguments): ThingOf<"augmentation"> {
  const made = readThing("augmentation", name, fields);
  if (made === undefined) throw new Error(`${name} is no augmentation`);
  return made;
}

const reflect = { border: "reflect" };
const affineFields = { degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] };
const affine = thing("random_affine", { ...affineFields, ...reflect });
const lists: Readonly<Record<string, readonly ThingOf<"augmentation">[]>> = {
  "horizontal_flip(p: 1)": [thing("horizontal_flip", { p: 1 })],
  "rotation(10)": [thing("rotation", { degrees: 10 })],
  'rotation(10, border: "reflect")': [thing("rotation", { degrees: 10, ...reflect })],
  "random_affine(10, [0.1, 0.1], [0.9, 1.1])": [thing("random_affine", { ...affineFields, border: "black" })],
  '  the same with border: "reflect"': [affine],
  "random_crop(padding: 8)": [thing("random_crop", { padding: 8 })],
  'random_crop(padding: 8, border: "reflect")': [thing("random_crop", { padding: 8, ...reflect })],
  "resize(128), random_crop(padding: 0)": [thing("resize", { size: 128 }), thing("random_crop", { padding: 0 })],
  random_resized_crop: [thing("random_resized_crop", {})],
  "color_jitter(brightness: 0.2)": [thing("color_jitter", { brightness: 0.2 })],
  "color_jitter(contrast: 0.2)": [thing("color_jitter", { contrast: 0.2 })],
  "color_jitter(saturation: 0.2)": [thing("color_jitter", { saturation: 0.2 })],
  "color_jitter(hue: 0.1)": [thing("color_jitter", { hue: 0.1 })],
  "color_jitter, all four": [thing("color_jitter", { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 })],
  "random_grayscale(p: 1)": [thing("random_grayscale", { p: 1 })],
  "random_erasing(p: 1)": [thing("random_erasing", { p: 1 })],
  mixup: [thing("mixup", {})],
  cut_mix: [thing("cut_mix", {})],
  "flip, random_affine, brightness and contrast": [
    thing("horizontal_flip", {}),
    affine,
    thing("color_jitter", { brightness: 0.2, contrast: 0.2 }),
  ],
};

const faces = Array.from({ length: count }, (_, i) => generateFace("happiness", i + 1, size));
const grey = faces.map(
  ({ width, height, pixels }): RgbImage => ({
    width,
    height,
    pixels: pixels.map((_, at) => pixels[at - (at % 3)] ?? 0),
  }),
);
const targets = hardTargets(5);

/** Milliseconds per picture, measured over batches in rounds. */
function time(of: (first: number, round: number) => void): readonly [number, number] {
  const firsts = Array.from({ length: Math.ceil(count / batch) }, (_, i) => i * batch);
  const fastest = firsts.map(() => Number.POSITIVE_INFINITY);
  const whole = Array.from({ length: rounds }, (_, round) => {
    const spent = firsts.map((first, i) => {
      const begun = performance.now();
      of(first, round);
      const took = performance.now() - begun;
      fastest[i] = Math.min(took, fastest[i] ?? took);
      return took;
    });
    return sum(spent) / count;
  }).sort((a, b) => a - b);
  return [sum(fastest) / count, whole[rounds >> 1] ?? 0];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function augmenting(
  images: readonly RgbImage[],
  things: readonly ThingOf<"augmentation">[],
): Parameters<typeof time>[0] {
  const augmenter = augmenterOf(things, { width: size, height: size, mean: [0.5, 0.5, 0.5] }, 0);
  if (isProblem(augmenter)) throw new Error(augmenter.diagnose({}).message);
  const draws = images.map((_, i) => ({
    sample: { key: `train/happiness/${i}.jpg`, label: 3, target: targets[3] as Float32Array },
    repeat: 0,
  }));
  return (first, round) => {
    const some = draws.slice(first, first + batch);
    const made = some.map((draw, i) => augmenter.augment(images[first + i] as RgbImage, draw, round));
    mixImages(made, augmenter.mixes(round, first));
  };
}

const inNumbers = ([fastest, median]: readonly [number, number]): string =>
  `${fastest.toFixed(3).padStart(7)} ${median.toFixed(3).padStart(7)}`;

console.log(`${count} pictures of ${size} x ${size}, ${rounds} rounds, Node ${process.versions.node}; ms a picture`);
console.log(`${"".padEnd(46)}  colour          grey`);
console.log(`${"".padEnd(46)} fastest  median fastest  median`);
for (const [name, things] of Object.entries(lists)) {
  console.log(
    `${name.padEnd(46)} ${inNumbers(time(augmenting(faces, things)))} ${inNumbers(time(augmenting(grey, things)))}`,
  );
}
const tensor = new Float32Array(3 * size * size);
const normalised = time((first) => {
  for (const face of faces.slice(first, first + batch))
    normaliseInto(tensor, 0, face, { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
});
console.log(`${"(for comparison) the model's normalisation".padEnd(46)} ${inNumbers(normalised)}`);
