import * as assert from "uvu/assert";
import { bindShape } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { ops } from "../../src/ops/registry.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret } from "../../src/reference/interpret.js";
import { defaultOpset } from "../../src/targets/onnx/opsets.js";
import { openState, stateInput } from "../../src/targets/onnx-train/open-state.js";
import { suite } from "../support/suite.js";
import { cases } from "./cases.js";
import { runInOnnxRuntime } from "./onnx-runtime.js";
import { assertStrictlyEqual, feedOf, singleOpGraph } from "./single-op.js";

const batch = 2;

suite("ops: truth table", (test) => {
  test("every op has a row", () => {
    const covered = new Set<string>(cases.map(({ op }) => op));
    assert.equal(
      Object.keys(ops).filter((name) => !covered.has(name)),
      [],
    );
  });

  test("no two rows are one", () => {
    const names = cases.map(({ op, title }) => `${op} ${title}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const row of cases) {
    test.native(`${row.op}: ${row.title}`, async () => {
      const graph = singleOpGraph(row);
      assertSound(graph);
      const feed = feedOf(row, graph, batch);
      const expected = interpret(graph, feed);
      for (const { name, value } of graph.outputs) {
        const { shape, data } = expected[name] as Tensor;
        assert.equal([...shape], bindShape(graph.types[value]?.shape ?? [], batch));
        assert.ok(data.every(Number.isFinite), `${name} is finite`);
      }
      for (const opset of [13, 17, 18, 21]) {
        const actual = await runInOnnxRuntime(graph, feed, opset);
        for (const { name } of graph.outputs) {
          assertStrictlyEqual(actual[name] as Tensor, expected[name] as Tensor, row, `opset ${opset}, ${name}`);
        }
      }
      if (graph.slots.length === 0) return;
      // As in a training step: the weights are not in the file.
      const given = Object.entries(feed.slots).map(([name, tensor]) => [stateInput(name), tensor] as const);
      const fed = { inputs: { ...feed.inputs, ...Object.fromEntries(given) }, slots: {}, batch };
      const actual = await runInOnnxRuntime(openState(graph), fed, defaultOpset);
      for (const { name } of graph.outputs) {
        assertStrictlyEqual(actual[name] as Tensor, expected[name] as Tensor, row, `weights given, ${name}`);
      }
    });
  }
});
