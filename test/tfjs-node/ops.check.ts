/** Every row of the truth table of ops in TensorFlow.js. Not part of `npm test`: it needs tfjs-node, see steps.check.ts. */
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Values } from "../../src/engines/engine.js";
import { tfjsNodeEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { bindShape } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import { cases } from "../ops/cases.js";
import { assertStrictlyEqual, feedOf, singleOpGraph } from "../ops/single-op.js";
import { suite } from "../support/suite.js";

const batch = 2;

const valuesOf = (tensors: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Values> =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]));

suite("ops in TensorFlow.js: truth table", (test) => {
  for (const row of cases) {
    test(`${row.op}: ${row.title}`, async () => {
      const graph = singleOpGraph(row);
      const feed = feedOf(row, graph, batch);
      const expected = interpret(graph, feed);
      const evaluator = await tfjsNodeEngine.evaluator(graph, { weights: valuesOf(feed.slots) });
      if (isProblem(evaluator)) throw new Error(evaluator.diagnose({}).message);
      const actual = await evaluator.run(valuesOf(feed.inputs), batch);
      await evaluator.dispose();
      for (const { name, value } of graph.outputs) {
        const shape = bindShape(graph.types[value]?.shape ?? [], batch);
        const found = { shape, data: Float64Array.from(actual.get(name) ?? []) };
        assertStrictlyEqual(found, expected[name] as Tensor, row, name);
      }
    });
  }
});
