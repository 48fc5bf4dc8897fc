import * as assert from "uvu/assert";
import { bindShape } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { ops } from "../../src/ops/registry.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { cases, type OpCase, termSizes } from "./cases.js";
import { runInOnnxRuntime } from "./onnx-runtime.js";
import { feedOf, singleOpGraph } from "./single-op.js";

const batch = 2;

/** Element by element to a few units of float32: a single op has no excuse. */
function assertStrictlyEqual(actual: Tensor, expected: Tensor, row: OpCase, where: string): void {
  assert.equal([...actual.shape], [...expected.shape], `${where}: shape`);
  const scale = termSizes[row.op] ?? 1e-6;
  for (const [i, wanted] of expected.data.entries()) {
    const got = actual.data[i] as number;
    const close = got === wanted || Math.abs(got - wanted) <= 1e-6 * Math.max(scale, Math.abs(wanted));
    assert.ok(close, `${where}: element ${i} is ${got}, the reference has ${wanted}`);
  }
}

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
    test(`${row.op}: ${row.title}`, async () => {
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
    });
  }
});
