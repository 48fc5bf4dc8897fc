import * as assert from "uvu/assert";
import type { Tensor } from "../../src/ops/contracts.js";

/** ||a - b|| / ||b||. */
export function distance(a: Tensor, b: Tensor): number {
  let [difference, size] = [0, 0];
  for (const [i, wanted] of b.data.entries()) {
    difference += ((a.data[i] as number) - wanted) ** 2;
    size += wanted ** 2;
  }
  return Math.sqrt(difference / size);
}

export function standardDeviation(values: ArrayLike<number>): number {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
}

/** How outputs fail to vary along samples or classes, if they do: such outputs pass any comparison. */
export function sameness({ shape, data }: Tensor): string | undefined {
  const [samples = 1] = shape;
  const classes = data.length / samples;
  const scale = standardDeviation(data);
  if (!(scale > 1e-2)) return `outputs spread by only ${scale}`;
  const first = data.subarray(0, classes);
  if (standardDeviation(first) < 0.1 * scale) return "all classes get one score";
  for (let sample = 1; sample < samples; sample++) {
    const other = data.subarray(sample * classes, (sample + 1) * classes);
    const apart = standardDeviation(first.map((x, i) => x - (other[i] as number)));
    if (apart < 0.1 * scale) return `sample ${sample} gets nearly the scores of sample 0`;
  }
  return undefined;
}

export function assertVaries(outputs: Tensor): void {
  assert.is(sameness(outputs), undefined);
}
