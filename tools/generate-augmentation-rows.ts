// Generates docs/augmentation/NAME.png: a drawn face, and random results of an augmentation.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { augmenterOf } from "../src/data/augment/from-recipe.js";
import { mixImages } from "../src/data/augment/mixing.js";
import { hardTargets } from "../src/data/data-set.js";
import { faceExpressions, generateFace } from "../src/data/generated-faces.js";
import { encodePng } from "../src/data/png.js";
import type { RgbImage } from "../src/data/rgb-image.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { invariant } from "../src/diagnostics/invariant.js";
import type { ThingOf } from "../src/recipe/signatures.js";
import { type PlainValue, readThing } from "../src/recipe/thing.js";
import { root } from "./generated-file.js";

const size = 48;
const changed = 7;
const seed = 11;

type Fields = Readonly<Record<string, PlainValue>>;

/** By file name: the augmentations shown, as in a recipe. */
const rows: Readonly<Record<string, readonly (readonly [string, Fields])[]>> = {
  horizontal_flip: [["horizontal_flip", {}]],
  rotation: [["rotation", { degrees: 20 }]],
  rotation_reflect: [["rotation", { degrees: 20, border: "reflect" }]],
  random_affine: [["random_affine", { degrees: 15, translate: [0.1, 0.1], scale: [0.8, 1.2], border: "edge" }]],
  random_crop: [["random_crop", { padding: 8, border: "mean" }]],
  random_resized_crop: [["random_resized_crop", { scale: [0.4, 1] }]],
  color_jitter: [["color_jitter", { brightness: 0.4, contrast: 0.4, saturation: 0.6, hue: 0.1 }]],
  random_grayscale: [["random_grayscale", { p: 0.5 }]],
  random_erasing: [["random_erasing", { p: 1, scale: [0.05, 0.2] }]],
  mixup: [["mixup", { alpha: 5 }]],
  cut_mix: [["cut_mix", { alpha: 5 }]],
  together: [
    ["horizontal_flip", {}],
    ["random_affine", { degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1], border: "reflect" }],
    ["color_jitter", { brightness: 0.2, contrast: 0.2 }],
  ],
};

function thing([name, fields]: readonly [string, Fields]): ThingOf<"augmentation"> {
  const made = readThing("augmentation", name, fields);
  invariant(made !== undefined, `${name} is an augmentation`);
  return made;
}

/** The original face, then the results; if batches are mixed, the batch's faces above and the mixtures below. */
function drawRow(things: readonly ThingOf<"augmentation">[]): RgbImage {
  const augmenter = augmenterOf(things, { width: size, height: size, mean: [0.5, 0.5, 0.5] }, seed);
  invariant(!isProblem(augmenter), "a good list");
  const target = hardTargets(1)[0] as Float32Array;
  const draw = (i: number) => ({ sample: { key: `${i}`, label: 0, target }, repeat: 0 });
  const mixes = things.some(({ name }) => name === "mixup" || name === "cut_mix");
  if (!mixes) {
    const face = generateFace("surprise", 3, size);
    return tiled([[face, ...Array.from({ length: changed }, (_, i) => augmenter.augment(face, draw(i), 0))]]);
  }
  const faces = Array.from({ length: changed + 1 }, (_, i) =>
    generateFace(faceExpressions[i % faceExpressions.length] ?? "neutral", i + 1, size),
  );
  return tiled([faces, mixImages(faces, augmenter.mixes(0, 1))]);
}

/** Pictures of one size in a grid, with white lines between them. */
function tiled(images: readonly (readonly RgbImage[])[]): RgbImage {
  const gap = 2;
  const [width, height] = [(images[0]?.length ?? 0) * (size + gap) - gap, images.length * (size + gap) - gap];
  const pixels = new Uint8Array(width * height * 3).fill(255);
  for (const [down, line] of images.entries()) {
    for (const [right, image] of line.entries()) {
      for (let row = 0; row < size; row++) {
        const to = ((down * (size + gap) + row) * width + right * (size + gap)) * 3;
        pixels.set(image.pixels.subarray(row * size * 3, (row + 1) * size * 3), to);
      }
    }
  }
  return { width, height, pixels };
}

/** By path from the root. */
export function augmentationRows(): ReadonlyMap<string, RgbImage> {
  return new Map(
    Object.entries(rows).map(([name, list]) => [`docs/augmentation/${name}.png`, drawRow(list.map(thing))] as const),
  );
}

/** Whether the file shows the picture. Its bytes may be by another zlib; it is from `encodePng`, so its rows are unfiltered. */
export async function shows(path: string, { width, height, pixels }: RgbImage): Promise<boolean> {
  const file = await readFile(join(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined || file.readUInt32BE(16) !== width || file.readUInt32BE(20) !== height) return false;
  const rowsOfFile = inflateSync(file.subarray(41, 41 + file.readUInt32BE(33)));
  return Array.from({ length: height }, (_, row) => row).every((row) => {
    const from = row * (width * 3 + 1) + 1;
    return (
      Buffer.compare(
        rowsOfFile.subarray(from, from + width * 3),
        pixels.subarray(row * width * 3, (row + 1) * width * 3),
      ) === 0
    );
  });
}

/** Writes the files whose pixels have changed; returns for each whether it has. */
export async function writeAugmentationRows(): Promise<readonly (readonly [path: string, isNew: boolean])[]> {
  const written = [];
  for (const [path, image] of augmentationRows()) {
    const isNew = !(await shows(path, image));
    if (isNew) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), encodePng(image));
    }
    written.push([path, isNew] as const);
  }
  return written;
}
