import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { formulaValues, unit } from "../peers/formula-weights.js";

/** The sizes of test/peers/torch/make_reference.py. */
export const [batch, size, classes] = [4, 32, 5];

/** A file that the script wrote. */
export const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../peers/torch/${name}.json`, import.meta.url), "utf8"));

const { labels } = read("gradients") as { readonly labels: readonly (readonly number[])[] };

export const tensor = (shape: readonly number[], data: ArrayLike<number>): Tensor => ({
  shape,
  data: Float64Array.from(data),
});

/** The batch of a step. */
export function inputsOf(step: number): Record<string, Tensor> {
  const pixels = Float32Array.from({ length: batch * 3 * size * size }, (_, i) => 2 * unit(9003 + step, i));
  const rows = (labels[step] ?? []).flatMap((label) =>
    Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)),
  );
  return { image: tensor([batch, 3, size, size], pixels), "data.label": tensor([batch, classes], rows) };
}

/** The formula's weights, by the ordinals that the network's slots have in the script. */
export function slotsOf(graph: Graph): Record<string, Tensor> {
  const own = graph.slots.filter(({ role }) => role !== "optimizer");
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => {
      const shape = graph.types[value]?.shape as readonly number[];
      const ordinal = own.findIndex((slot) => slot.name === name);
      const zeros = new Float64Array(shape.reduce((count, dim) => count * dim, 1));
      return [name, ordinal < 0 ? tensor(shape, zeros) : tensor(shape, formulaValues(name, ordinal, shape, 1))];
    }),
  );
}

/** By relative norm. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = 1e-9,
): void {
  assert.is(actual.length, expected.length, what);
  let [difference, scale] = [0, 0];
  for (const [i, wanted] of Array.from(expected).entries()) {
    difference += ((actual[i] as number) - wanted) ** 2;
    scale += wanted ** 2;
  }
  const apart = Math.sqrt(difference) / Math.sqrt(scale);
  // A gradient that is zero except for rounding (a weight before a batch norm) is compared relative to all gradients.
  assert.ok(apart <= tolerance || Math.sqrt(difference) <= tolerance * 1e-3, `${what}: ${apart} apart`);
}
