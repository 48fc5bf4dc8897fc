// The ops' ONNX forms in WebAssembly give the reference's results: its kernels differ from the native ones.
import * as assert from "uvu/assert";
import { loadWasmRuntime } from "../../src/deploy/wasm-runtime.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import { defaultOpset } from "../../src/targets/onnx/opsets.js";
import { suite } from "../support/suite.js";
import { cases } from "./cases.js";
import { runInOnnxRuntime } from "./onnx-runtime.js";
import { assertStrictlyEqual, feedOf, singleOpGraph } from "./single-op.js";

const runtime = await loadWasmRuntime();
if (isProblem(runtime)) throw new Error(runtime.diagnose({}).message);

suite("ops in WebAssembly", (test) => {
  test("is not the native runtime under another name", () => assert.is(runtime.engine, "ort-wasm"));

  for (const row of cases) {
    test(`${row.op}: ${row.title}`, async () => {
      const graph = singleOpGraph(row);
      const feed = feedOf(row, graph, 2);
      const expected = interpret(graph, feed);
      for (const level of ["disabled", "all"] as const) {
        const actual = await runInOnnxRuntime(graph, feed, defaultOpset, level, runtime);
        for (const { name } of graph.outputs) {
          assertStrictlyEqual(actual[name] as Tensor, expected[name] as Tensor, row, `${level}, ${name}`);
        }
      }
    });
  }
});
