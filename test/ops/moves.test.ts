import * as assert from "uvu/assert";
import { viewAlong } from "../../src/ops/axes.js";
import type { AnyOp, Tensor } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import { suite } from "../support/suite.js";
import type { OpCase } from "./case-inputs.js";
import { cases } from "./cases.js";
import { feedOf, singleOpGraph } from "./single-op.js";

const batch = 2;

/** The tensor with the entries of one axis taken from these places, in this order. */
function taken({ shape, data }: Tensor, axis: number, places: readonly number[]): Tensor {
  const { outer, length, inner } = viewAlong(shape, axis);
  const out = new Float64Array(outer * places.length * inner);
  for (let o = 0; o < outer; o++) {
    for (const [to, from] of places.entries()) {
      const start = (o * length + from) * inner;
      out.set(data.subarray(start, start + inner), (o * places.length + to) * inner);
    }
  }
  return { shape: shape.with(axis, places.length), data: out };
}

/** A row's op, its inputs and outputs. */
function applied(row: OpCase) {
  const graph = singleOpGraph(row);
  const feed = feedOf(row, graph, batch);
  const inputs = graph.inputs.map(({ name }) => feed.inputs[name] as Tensor);
  const op = findOp(row.op) as AnyOp;
  const attributes = row.attributes ?? {};
  const hasWeights = graph.slots.length > 0;
  return { graph, op, attributes, hasWeights, inputs, outputs: hasWeights ? [] : op.evaluate(inputs, attributes) };
}

const turned = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => (i * 3 + 2) % size);
const isOrder = (places: readonly number[]): boolean => new Set(places).size === places.length;

suite("ops: what is said of axes against the reference", (test) => {
  let axesAlike = 0;

  test("an axis whose places are alike: in another order they give the same in that order", () => {
    for (const row of cases) {
      const made = row.inputs.length === 1 ? applied(row) : undefined;
      if (made === undefined || made.hasWeights) continue;
      const { graph, op, attributes, inputs, outputs } = made;
      const [input] = inputs as [Tensor];
      const moves = op.spatial([graph.types[0] as never], outputs as never, attributes);
      if (moves === "same order") continue;
      for (const [axis, { to, isAlike }] of (moves[0] ?? []).entries()) {
        const size = input.shape[axis] as number;
        const places = size % 3 === 0 ? [...Array(size).keys()].reverse() : turned(size);
        if (
          !isAlike ||
          to !== axis ||
          size < 2 ||
          outputs.some(({ shape }) => shape[axis] !== size) ||
          !isOrder(places)
        )
          continue;
        const again = op.evaluate([taken(input, axis, places)], attributes);
        const wanted = outputs.map((output) => taken(output, axis, places));
        const isEqual = wanted.every(({ data }, i) =>
          data.every((x, k) => Math.abs(x - (again[i]?.data[k] as number)) <= 1e-12 * Math.max(1, Math.abs(x))),
        );
        assert.ok(isEqual, `${row.op}: ${row.title}, axis ${axis}`);
        axesAlike++;
      }
    }
    assert.ok(axesAlike > 200, `${axesAlike}`);
  });

  test("pieces: what is cut is there, what is joined comes back, numbers are as they are told", () => {
    const seen = new Set<string>();
    for (const row of cases) {
      const pieces = findOp(row.op)?.pieces(row.attributes ?? {});
      if (pieces === undefined || pieces.kind === "none") continue;
      const { inputs, outputs } = applied(row);
      const title = `${row.op}: ${row.title}`;
      seen.add(row.op);
      const range = (from: number, to: number): readonly number[] =>
        Array.from({ length: to - from }, (_, i) => from + i);
      switch (pieces.kind) {
        case "numbers":
          assert.equal([...(outputs[0]?.data ?? [])], [...pieces.values], title);
          break;
        case "cut":
          assert.is(pieces.ranges.length, outputs.length, title);
          for (const [i, [from, to]] of pieces.ranges.entries()) {
            // Negative sizes are multiples of N.
            const places = from < 0 || to < 0 ? range(-from * batch, -to * batch) : range(from, to);
            assert.equal(taken(inputs[0] as Tensor, pieces.axis, places), outputs[i], title);
          }
          break;
        case "joined": {
          let from = 0;
          for (const input of inputs) {
            const to = from + (input.shape[pieces.axis] as number);
            assert.equal(
              taken(outputs[0] as Tensor, pieces.axis, range(from, to)),
              { ...input, shape: [...input.shape] },
              title,
            );
            from = to;
          }
          break;
        }
        case "product":
          assert.is(inputs[0]?.shape.at(-1), inputs[1]?.shape.at(-2), title);
      }
    }
    assert.equal([...seen].toSorted(), ["concat", "constant", "matmul", "slice", "split"]);
  });
});
