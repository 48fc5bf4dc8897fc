import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { randomStream } from "../../src/random/stream.js";
import { probeWeights } from "../../src/reference/probe-weights.js";
import { type OpCase, termSizes } from "./case-inputs.js";
import { Network } from "./network.js";

/** A graph of this one op: inputs `in_0`, `in_1`, ..., outputs `out_0`, `out_1`, ... */
export function singleOpGraph(row: OpCase): Graph {
  const network = new Network("SingleOp");
  const inputs = row.inputs.map(({ shape, dtype }, i) => network.input(`in_${i}`, shape, dtype));
  const outputs = network.node(row.op, inputs, row.attributes ?? {}, "layer");
  return network.finish(Object.fromEntries(outputs.map((value, i) => [`out_${i}`, value])));
}

const rounded = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map(Math.fround) });

/** Inputs and weights for the row, rounded to float32 so that every engine sees the same numbers. */
export function feedOf(row: OpCase, graph: Graph, batch: number) {
  const inputs = row.inputs.map(({ shape: symbolic, dtype, values }, i): [string, Tensor] => {
    const shape = bindShape(symbolic, batch);
    const random = randomStream(7, `${row.op} ${row.title} ${i}`);
    const [low, high] = row.between ?? [0, 0];
    const draw = (): number => {
      if (dtype === "bool") return random.uniform() < 0.5 ? 1 : 0;
      return row.between ? low + (high - low) * random.uniform() : random.normal();
    };
    const data = values ? Float64Array.from(values) : Float64Array.from({ length: elementCount(shape) }, draw);
    return [`in_${i}`, rounded({ shape, data })];
  });
  const slots = Object.entries(probeWeights(graph, 3)).map(([name, tensor]): [string, Tensor] => [
    name,
    rounded(tensor),
  ]);
  return { inputs: Object.fromEntries(inputs), slots: Object.fromEntries(slots), batch };
}

/** Element by element to a few float32 units: a single op must be this accurate. */
export function assertStrictlyEqual(actual: Tensor, expected: Tensor, row: OpCase, where: string): void {
  assert.equal([...actual.shape], [...expected.shape], `${where}: shape`);
  const scale = row.termSize ?? termSizes[row.op] ?? 1e-6;
  for (const [i, wanted] of expected.data.entries()) {
    const got = actual.data[i] as number;
    const close = got === wanted || Math.abs(got - wanted) <= 1e-6 * Math.max(scale, Math.abs(wanted));
    assert.ok(close, `${where}: element ${i} is ${got}, the reference has ${wanted}`);
  }
}
