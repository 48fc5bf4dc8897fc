import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { assertSound } from "../../src/ops/verify-types.js";
import type { WeightedGraph } from "../../src/passes/weighted-graph.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { assertVaries, distance } from "../reference/distance.js";

/** The graph with probe weights in double precision. */
export function probed(graph: Graph): WeightedGraph<Float64Array> {
  assertSound(graph);
  const weights = Object.entries(probeWeights(graph, 5)).map(([name, { data }]) => [name, data] as const);
  return { graph, weights: new Map(weights) };
}

function run({ graph, weights }: WeightedGraph<Float64Array>, inputs: ReturnType<typeof probeInputs>) {
  const slots = graph.slots.map(({ name, value }) => {
    const shape = bindShape(graph.types[value]!.shape, 1);
    return [name, { shape, data: weights.get(name)! }];
  });
  return interpret(graph, { inputs, slots: Object.fromEntries(slots), batch: 2 });
}

/** The rewritten graph is valid, has exactly the weights it needs, and computes the same as the original. */
export function assertSameOutputs(
  before: WeightedGraph<Float64Array>,
  after: WeightedGraph<Float64Array>,
  { mustVary = true } = {},
): void {
  assertSound(after.graph);
  assert.equal([...after.weights.keys()].sort(), after.graph.slots.map(({ name }) => name).sort());
  const inputs = probeInputs(before.graph, 2, 9);
  const [expected, actual] = [run(before, inputs), run(after, inputs)];
  assert.equal(Object.keys(actual), Object.keys(expected));
  for (const [name, tensor] of Object.entries(expected)) {
    if (mustVary) assertVaries(tensor);
    assert.equal(actual[name]!.shape, tensor.shape);
    const isSame = actual[name]!.data.every((x, i) => x === tensor.data[i]);
    assert.ok(
      isSame || distance(actual[name]!, tensor) < 1e-11,
      `${name} differs by ${distance(actual[name]!, tensor)}`,
    );
  }
}

export const opsOf = ({ graph }: WeightedGraph): readonly string[] => graph.nodes.map(({ op }) => op);
