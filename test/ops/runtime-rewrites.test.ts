import * as assert from "uvu/assert";
import { interpret } from "../../src/reference/interpret.js";
import { relativeError } from "../../src/targets/onnx/compare-outputs.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { runInOnnxRuntime } from "./onnx-runtime.js";

/** All negative: if zero padding is used in place of -inf, the maximum of a window shows it. */
const map = { shape: [2, 1, 5, 4], data: Float64Array.from({ length: 40 }, (_, i) => -1 - ((i * 7) % 11) / 4) };

async function assertSame(layers: string): Promise<void> {
  const text = `lfer 1\n\nmodel M {\n  input x: float32[N, 1, 5, 4]\n  y = x -> ${layers}\n  output y\n}\n`;
  const graph = (await compile(text)).models[0]!.graph;
  const feed = { inputs: { x: map }, slots: {}, batch: 2 };
  const wanted = interpret(graph, feed).y!;
  for (const opset of [13, 18]) {
    const found = (await runInOnnxRuntime(graph, feed, opset, "all")).y!;
    assert.equal(found.shape, wanted.shape, layers);
    assert.ok(relativeError(found.data, wanted.data) < 1e-6, `${layers} at opset ${opset}: ${found.data}`);
  }
}

suite("ops: what ONNX Runtime's own rewrites make of them", ({ native: test }) => {
  for (const layers of [
    "pad(1) -> max_pool(3, stride: 1, padding: 0)",
    "pad([0, 1, 2, 0]) -> max_pool(2, padding: 1)",
    "pad(1) -> avg_pool(2, padding: 1)",
    "pad(2) -> avg_pool(3, padding: 0, count_include_pad: false)",
    "avg_pool(3, stride: 2, padding: 1, ceil_mode: true)",
    "avg_pool(2, stride: 3, padding: 1, ceil_mode: true)",
  ]) {
    test(layers, () => assertSame(layers));
  }
});
