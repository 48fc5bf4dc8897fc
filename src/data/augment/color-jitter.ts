import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBelow, drawBetween } from "./augmentation.js";
import { greyOf } from "./grey.js";
import { shiftHue } from "./hue.js";

const jitterKinds = ["brightness", "contrast", "saturation", "hue"] as const;

export type JitterKind = (typeof jitterKinds)[number];

export interface JitterChange {
  readonly kind: JitterKind;
  /** A factor; for hue, a share of the circle. */
  readonly by: number;
}

/**
 * Multiplies brightness, contrast and saturation each by a factor from 1 - v to 1 + v (at least 0), and rotates the hue by a
 * share of the circle from -v to v, in random order (torchvision's ColorJitter).
 */
export function colorJitter(options: Readonly<Record<JitterKind, number>>): Augmentation {
  return (image, random) => jittered(image, drawChanges(options, random));
}

/** The changes of a picture, in their order. */
export function drawChanges(
  options: Readonly<Record<JitterKind, number>>,
  random: RandomStream,
): readonly JitterChange[] {
  const left = jitterKinds.filter((kind) => options[kind] > 0);
  const changes: JitterChange[] = [];
  while (left.length > 0) {
    const [kind] = left.splice(drawBelow(left.length, random), 1) as [JitterKind];
    const value = options[kind];
    const [low, high] = kind === "hue" ? [-value, value] : [Math.max(0, 1 - value), 1 + value];
    changes.push({ kind, by: drawBetween(low, high, random) });
  }
  return changes;
}

/**
 * Applies the changes in order, each as in Pillow's ImageEnhance (a blend with black, with the mean grey, with the grey
 * picture) or torchvision's `adjust_hue`. Changes of single bytes are lookup tables; consecutive tables are merged.
 */
export function jittered({ width, height, pixels }: RgbImage, changes: readonly JitterChange[]): RgbImage {
  let current = pixels;
  let table: Uint8Array = identity;
  for (const { kind, by } of changes) {
    switch (kind) {
      case "brightness":
        table = after(table, blendTable(0, by));
        break;
      case "contrast":
        table = after(table, blendTable(meanGrey(current, table), by));
        break;
      case "saturation":
        current = saturated(current, table, by);
        table = identity;
        break;
      case "hue":
        current = shiftHue(current, table, by);
        table = identity;
        break;
    }
  }
  if (table === identity) return { width, height, pixels: current };
  const made = new Uint8Array(current.length);
  for (let at = 0; at < current.length; at++) made[at] = table[current[at] as number] as number;
  return { width, height, pixels: made };
}

const identity: Uint8Array = Uint8Array.from({ length: 256 }, (_, value) => value);

/** The composition of two tables. */
function after(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.map((value) => second[value] as number);
}

/** `from + factor * (value - from)`, clipped to a byte, for each value (Pillow's `src/libImaging/Blend.c`, in float32 as there). */
function blendTable(from: number, factor: number): Uint8Array {
  const share = Math.fround(factor);
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) table[value] = clipped(from + Math.fround(share * (value - from)));
  return table;
}

const clipped = (value: number): number => Math.min(255, Math.max(0, Math.fround(value)));

/** The rounded mean of the grey picture. */
function meanGrey(pixels: Uint8Array, table: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    sum += greyOf(
      table[pixels[at] as number] as number,
      table[pixels[at + 1] as number] as number,
      table[pixels[at + 2] as number] as number,
    );
  }
  return Math.floor(sum / (pixels.length / 3) + 0.5);
}

function saturated(pixels: Uint8Array, table: Uint8Array, factor: number): Uint8Array {
  const share = Math.fround(factor);
  /** `factor * difference` for differences from -255 to 255. */
  const scaled = new Float64Array(511);
  for (let difference = -255; difference <= 255; difference++)
    scaled[difference + 255] = Math.fround(share * difference);
  const made = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const red = table[pixels[at] as number] as number;
    const green = table[pixels[at + 1] as number] as number;
    const blue = table[pixels[at + 2] as number] as number;
    const grey = greyOf(red, green, blue);
    made[at] = clipped(grey + (scaled[red - grey + 255] as number));
    made[at + 1] = clipped(grey + (scaled[green - grey + 255] as number));
    made[at + 2] = clipped(grey + (scaled[blue - grey + 255] as number));
  }
  return made;
}
