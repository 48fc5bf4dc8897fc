/** Cuts a face out of a picture: by its box, or aligned by eyes, nose and the corners of the mouth. */
import type { RgbImage } from "../rgb-image.js";
import { type Point, similarityBetween } from "./similarity.js";
import { warped } from "./warp.js";

/** Number of coordinates of 68 points, as x and y in turn. */
export const landmarkNumbers = 136;

/** Positions of left eye, right eye, nose and the mouth's corners in an aligned face of 112 x 112 (the usual template). */
const template: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];
const templateSide = 112;

/** Each of the five points is the mean of this range of the 68, counted from 0. */
const fiveOf68: readonly (readonly [first: number, last: number])[] = [
  [36, 41],
  [42, 47],
  [30, 30],
  [48, 48],
  [54, 54],
];

export function fivePoints(landmarks: ArrayLike<number>): readonly Point[] {
  return fiveOf68.map(([first, last]) => {
    let [x, y] = [0, 0];
    for (let point = first; point <= last; point++) {
      x += landmarks[2 * point] as number;
      y += landmarks[2 * point + 1] as number;
    }
    const count = last - first + 1;
    return { x: x / count, y: y / count };
  });
}

/** The aligned face in a square of that side, or in words why there is none. */
export function alignedFace(image: RgbImage, points: readonly Point[], side: number): RgbImage | string {
  if (!points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) return "its landmarks are not 68 points";
  const scale = side / templateSide;
  const by = similarityBetween(
    points,
    template.map(({ x, y }) => ({ x: x * scale, y: y * scale })),
  );
  return by === undefined ? "its landmarks lie on one point" : warped(image, by, side);
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the box inside the picture, or in words why there is none. */
export function croppedFace(image: RgbImage, { x, y, width, height }: Box): RgbImage | string {
  if (![x, y, width, height].every(Number.isFinite)) return "its box is not four numbers";
  const [left, top] = [Math.max(0, Math.round(x)), Math.max(0, Math.round(y))];
  const right = Math.min(image.width, Math.round(x + width));
  const bottom = Math.min(image.height, Math.round(y + height));
  if (right <= left || bottom <= top) return `its box lies beside the picture of ${image.width} x ${image.height}`;
  const pixels = new Uint8Array((right - left) * (bottom - top) * 3);
  for (let row = top; row < bottom; row++) {
    const from = (row * image.width + left) * 3;
    pixels.set(image.pixels.subarray(from, from + (right - left) * 3), (row - top) * (right - left) * 3);
  }
  return { width: right - left, height: bottom - top, pixels };
}
