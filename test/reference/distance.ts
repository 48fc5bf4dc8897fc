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

/** An output that is the same for every sample or class passes any comparison: it must vary along both. */
export function assertVaries({ shape, data }: Tensor): void {
  const classes = data.length / (shape[0] as number);
  const scale = standardDeviation(data);
  assert.ok(scale > 1e-2, `outputs spread by only ${scale}`);
  const first = data.subarray(0, classes);
  assert.ok(standardDeviation(first) > 0.1 * scale, "all classes get one score");
  for (let sample = 1; sample < (shape[0] as number); sample++) {
    const other = data.subarray(sample * classes, (sample + 1) * classes);
    const apart = standardDeviation(first.map((x, i) => x - (other[i] as number)));
    assert.ok(apart > 0.05 * scale, `sample ${sample} gets nearly the scores of sample 0`);
  }
}
