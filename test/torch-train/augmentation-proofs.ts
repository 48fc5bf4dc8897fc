/** Pixels of augmentations for given drawn values, and means and spreads of what lferc draws. */
import { drawBetween } from "../../src/data/augment/augmentation.js";
import type { Border } from "../../src/data/augment/border.js";
import { drawChanges, type JitterChange, jittered } from "../../src/data/augment/color-jitter.js";
import { greyed } from "../../src/data/augment/grey.js";
import { mirrored } from "../../src/data/augment/horizontal-flip.js";
import { mixImages, pasteAround } from "../../src/data/augment/mixing.js";
import { drawChange, moved } from "../../src/data/augment/random-affine.js";
import { drawRectangle } from "../../src/data/augment/random-erasing.js";
import { drawPart } from "../../src/data/augment/random-resized-crop.js";
import { resizeTo } from "../../src/data/augment/resize-to.js";
import { rotated } from "../../src/data/augment/rotation.js";
import { windowOf } from "../../src/data/augment/window.js";
import { generateFace } from "../../src/data/generated-faces.js";
import { resizeBilinear } from "../../src/data/resize-picture.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { drawBeta } from "../../src/random/beta.js";
import { randomStream } from "../../src/random/stream.js";

const image = generateFace("happiness", 3, 24);
const other = generateFace("surprise", 4, 16);
const third = generateFace("neutral", 5, 16);
const [width, height] = [16, 16] as const;

/** Borders by their literals in Python. */
const borders: readonly (readonly [unknown, Border])[] = [
  ["edge", { kind: "edge" }],
  ["reflect", { kind: "reflect" }],
  [[10, 200, 30], { kind: "colour", colour: [10, 200, 30] }],
];

const encoded = ({ width, height, pixels }: RgbImage) => ({
  width,
  height,
  pixels: Buffer.from(pixels).toString("base64"),
});

interface PixelCase {
  /** The function in pictures.py and its arguments after the picture. */
  readonly call: string;
  readonly arguments: readonly unknown[];
  readonly image: RgbImage;
}

const jitters: readonly (readonly JitterChange[])[] = [
  [{ kind: "brightness", by: 1.3 }],
  [{ kind: "contrast", by: 0.6 }],
  [{ kind: "saturation", by: 1.7 }],
  [{ kind: "hue", by: -0.21 }],
  (["hue", "saturation", "contrast", "brightness"] as const).map((kind) => ({ kind, by: kind === "hue" ? 0.1 : 1.2 })),
];

function pixelCases(): readonly PixelCase[] {
  const part = { left: 3, top: 5, width: 14, height: 11 };
  const erased = image.pixels.slice();
  for (let row = 5; row < 16; row++)
    for (let column = 3; column < 17; column++) erased.set([9, 8, 7], (row * image.width + column) * 3);
  return [
    { call: "horizontal_flip", arguments: [true], image: mirrored(image) },
    { call: "greyed", arguments: [true], image: greyed(image) },
    { call: "resized", arguments: [20], image: resizeTo(20)(image, randomStream(0, "none")) },
    {
      call: "part_at_size",
      arguments: [[3, 5, 14, 11]],
      image: resizeBilinear(windowOf(image, part, { kind: "edge" }), width, height),
    },
    {
      call: "erased",
      arguments: [
        [3, 5, 14, 11],
        [9, 8, 7],
      ],
      image: { ...image, pixels: erased },
    },
    ...jitters.map((changes) => ({
      call: "jittered",
      arguments: [changes.map(({ kind, by }) => [kind, by])],
      image: jittered(image, changes),
    })),
    ...borders.flatMap(([border, own]) => [
      ...[17.3, -163.2, 90].map((degrees) => ({
        call: "rotated",
        arguments: [degrees, border],
        image: rotated(image, degrees, own),
      })),
      ...(
        [
          [8, 3, -2, 0.7],
          [-20, -5, 4, 1.3],
          [0, 2, 1, 1],
        ] as const
      ).map(([degrees, right, down, scale]) => ({
        call: "moved",
        arguments: [[degrees, right, down, scale], border],
        image: moved(image, { degrees, shift: [right, down], scale }, own),
      })),
      {
        call: "window",
        arguments: [-3, 4, 22, 27, border],
        image: windowOf(image, { left: -3, top: 4, width: 22, height: 27 }, own),
      },
    ]),
  ];
}

function mixCases() {
  const paste = pasteAround(0.6, 3, 12, width, height);
  if (paste.kind !== "paste") throw new Error("no rectangle");
  const blended = mixImages([other, third], [{ kind: "blend", share: 0.3 }]);
  const pasted = mixImages([other, third], [paste]);
  const { share, left, top, right, bottom } = paste;
  return [
    { mix: [0.3, null], images: blended.map(encoded) },
    { mix: [share, [left, top, right, bottom]], around: [0.6, 3, 12], images: pasted.map(encoded) },
  ];
}

const draws = 10_000;

/** Mean and standard deviation of each number that is drawn; of missing ones, their share. */
function spread(name: string, draw: (random: ReturnType<typeof randomStream>) => readonly number[] | undefined) {
  const random = randomStream(1, name);
  const rows = Array.from({ length: draws }, () => draw(random));
  const found = rows.filter((row) => row !== undefined);
  const columns = (found[0] ?? []).map((_, c) => found.map((row) => row[c] as number));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    name,
    share: found.length / draws,
    means: columns.map(mean),
    spreads: columns.map((values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))),
  };
}

function spreads() {
  const size = { width: 24, height: 20 };
  const most = { brightness: 0.2, contrast: 0.3, saturation: 0.4, hue: 0.1 };
  return [
    spread("draw_move", (random) => {
      const drawn = drawChange(size, { degrees: 10, translate: [0.2, 0.1], scale: [0.8, 1.3] }, random);
      return [drawn.degrees, ...drawn.shift, drawn.scale];
    }),
    spread("draw_part", (random) => {
      const { left, top, width, height } = drawPart(size, { scale: [0.1, 1], ratio: [0.75, 4 / 3] }, random);
      return [left, top, width, height];
    }),
    spread("draw_rectangle", (random) => {
      const found = drawRectangle(size, { p: 0.4, scale: [0.02, 0.33], ratio: [0.3, 3.3] }, random);
      return found && [found.left, found.top, found.width, found.height];
    }),
    spread("draw_jitter", (random) => {
      const found = drawChanges(most, random);
      const of = (kind: JitterChange["kind"]): number => found.find((each) => each.kind === kind)?.by ?? Number.NaN;
      return [
        ...(["brightness", "contrast", "saturation", "hue"] as const).map(of),
        found.findIndex(({ kind }) => kind === "hue"),
      ];
    }),
    spread("draw_mixup", (random) => (random.uniform() < 0.7 ? [drawBeta(0.4, random)] : undefined)),
    spread("rotation", (random) => [drawBetween(-10, 10, random)]),
  ];
}

export const augmentationProofs = () => ({
  image: encoded(image),
  mixed: [encoded(other), encoded(third)],
  pixels: pixelCases().map(({ image: found, ...rest }) => ({ ...rest, image: encoded(found) })),
  mixes: mixCases(),
  spreads: spreads(),
});
