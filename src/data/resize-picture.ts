import type { RgbImage } from "./rgb-image.js";

/**
 * Antialiased bilinear resize, bit for bit equal to Pillow's `Image.resize((width, height), BILINEAR)` on 8-bit pictures (and
 * so to torchvision's `Resize` on PIL pictures). Every target pixel is a triangle-weighted mean over the source pixels that it
 * covers, along one axis, then along the other. Pillow's arithmetic is used: weights are rounded to 22 fractional bits, and the
 * first pass is rounded to bytes before the second (its `src/libImaging/Resample.c`).
 */

/** 32 bits contain a byte, two spare bits for overshooting sums, and this fraction. */
export const fractionBits = 32 - 8 - 2;

/** For each target position, its source positions and weights. */
export interface Taps {
  /** The maximum number of weights; position `x` has `weights[x * stride ...]`. */
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

function bilinearTaps(source: number, target: number): Taps {
  const scale = source / target;
  // Enlarging interpolates between neighbours; shrinking widens the triangle so that every source pixel contributes.
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(target);
  const count = new Int32Array(target);
  const weights = new Int32Array(target * stride);
  const exact = new Float64Array(stride);
  for (let x = 0; x < target; x++) {
    const center = (x + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(source, Math.trunc(center + support + 0.5)) - from;
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      const distance = Math.abs((i + from - center + 0.5) * (1 / support));
      const weight = distance < 1 ? 1 - distance : 0;
      exact[i] = weight;
      sum += weight;
    }
    for (let i = 0; i < taps; i++) {
      const weight = sum === 0 ? (exact[i] as number) : (exact[i] as number) / sum;
      weights[x * stride + i] = Math.trunc(0.5 + weight * 2 ** fractionBits);
    }
    first[x] = from;
    count[x] = taps;
  }
  return { stride, first, count, weights };
}

/** The integer part of the sum as a byte; `sum` already contains one half, for rounding. The triangle has no negative weights. */
function toByte(sum: number): number {
  return Math.min(sum >> fractionBits, 255);
}

const half = 1 << (fractionBits - 1);

function resizeColumns(image: RgbImage, { target: width, taps: columnTaps }: ResizePass): RgbImage {
  const { stride, first, count, weights } = columnTaps;
  const source = image.pixels;
  const pixels = new Uint8Array(width * image.height * 3);
  let to = 0;
  for (let y = 0; y < image.height; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++) {
      let red = half;
      let green = half;
      let blue = half;
      const taps = count[x] as number;
      let from = (row + (first[x] as number)) * 3;
      for (let i = 0; i < taps; i++) {
        const weight = weights[x * stride + i] as number;
        red += (source[from] as number) * weight;
        green += (source[from + 1] as number) * weight;
        blue += (source[from + 2] as number) * weight;
        from += 3;
      }
      pixels[to] = toByte(red);
      pixels[to + 1] = toByte(green);
      pixels[to + 2] = toByte(blue);
      to += 3;
    }
  }
  return { width, height: image.height, pixels };
}

function resizeRows(image: RgbImage, { target: height, taps: rowTaps }: ResizePass): RgbImage {
  const { stride, first, count, weights } = rowTaps;
  const source = image.pixels;
  const rowBytes = image.width * 3;
  const pixels = new Uint8Array(rowBytes * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const taps = count[y] as number;
    const top = (first[y] as number) * rowBytes;
    for (let x = 0; x < rowBytes; x++) {
      let sum = half;
      let from = top + x;
      for (let i = 0; i < taps; i++) {
        sum += (source[from] as number) * (weights[y * stride + i] as number);
        from += rowBytes;
      }
      pixels[to] = toByte(sum);
      to++;
    }
  }
  return { width: image.width, height, pixels };
}

/**
 * Pillow's choice: rows first if that leaves much less work for the columns' pass. The bytes between the passes are rounded, so
 * the order affects the result. Pillow has chosen since version 13; earlier versions always began with the columns.
 */
function rowsFirst(image: PictureSize, width: number, height: number): boolean {
  const fewerRows = image.height - height;
  return fewerRows > 0 && fewerRows > (image.width - width) * 2;
}

type PictureSize = Pick<RgbImage, "width" | "height">;

export interface ResizePass {
  readonly along: "columns" | "rows";
  readonly target: number;
  readonly taps: Taps;
}

/** The passes of {@link resizeBilinear} for a picture of this size, in order: each rounds to bytes. */
export function resizePasses(from: PictureSize, to: PictureSize): readonly ResizePass[] {
  const pass = (along: ResizePass["along"], source: number, target: number): readonly ResizePass[] =>
    source === target ? [] : [{ along, target, taps: bilinearTaps(source, target) }];
  const columns = pass("columns", from.width, to.width);
  const rows = pass("rows", from.height, to.height);
  return rowsFirst(from, to.width, to.height) ? [...rows, ...columns] : [...columns, ...rows];
}

/** The picture at `width` x `height` pixels, without keeping its aspect ratio. */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  return resizePasses(image, { width, height }).reduce(
    (from, pass) => (pass.along === "columns" ? resizeColumns(from, pass) : resizeRows(from, pass)),
    image,
  );
}
