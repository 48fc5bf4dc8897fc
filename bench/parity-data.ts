/** The pictures for comparisons with PyTorch. */
import { fillNormal } from "../src/random/stream.js";

export interface ParityData {
  /** [batches * batch, 3, size, size] and [batches * batch, classes]. */
  readonly images: Float32Array;
  readonly labels: Float32Array;
}

export interface ParityShape {
  readonly batches: number;
  readonly batch: number;
  readonly size: number;
  readonly classes: number;
}

/** Noise with faint stripes that depend on the class: learnable, but not within a hundred steps, so that losses do not vanish. */
export function parityData({ batches, batch, size, classes }: ParityShape, seed: number): ParityData {
  const pixels = 3 * size * size;
  const images = new Float32Array(batches * batch * pixels);
  fillNormal(images, seed, "images", 0, 1);
  const labels = new Float32Array(batches * batch * classes);
  for (let sample = 0; sample < batches * batch; sample++) {
    const label = (sample * 5 + seed) % classes;
    labels[sample * classes + label] = 1;
    for (let i = 0; i < pixels; i++) {
      const row = Math.floor(i / size) % size;
      const at = sample * pixels + i;
      images[at] = (images[at] as number) + (row % classes === label ? 0.2 : 0);
    }
  }
  return { images, labels };
}

/**
 * Pictures with large differences: 4 by 4 tiles of random colours, with some noise. The last norm of LFER-LDL sees one number per
 * picture; for pure noise these are nearly equal, and the rounding of one step is amplified a million times in the next.
 */
export function tiledData({ batches, batch, size, classes }: ParityShape, seed: number): ParityData {
  const { labels } = parityData({ batches, batch, size: 1, classes }, seed);
  const count = batches * batch * 3;
  const tiles = new Float32Array(count * 16);
  fillNormal(tiles, seed, "tiles", 0, 1);
  const images = new Float32Array(count * size * size);
  fillNormal(images, seed, "images", 0, 0.3);
  const tileOf = (at: number): number => Math.floor((at * 4) / size);
  for (let plane = 0; plane < count; plane++) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const at = (plane * size + row) * size + column;
        const tile = tiles[plane * 16 + tileOf(row) * 4 + tileOf(column)] as number;
        images[at] = (images[at] as number) + tile;
      }
    }
  }
  return { images, labels };
}

/** The i-th of this many equal parts. */
export function partOf(values: Float32Array, parts: number, i: number): Float32Array {
  const length = values.length / parts;
  return values.slice(i * length, (i + 1) * length);
}
