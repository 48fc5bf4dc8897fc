import type { OnnxRuntime } from "../../src/deploy/runtime.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import type { Feed } from "../../src/reference/interpret.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { ort } from "../support/onnx-runtime.js";

/** Runs the graph's ONNX form in ONNX Runtime (float32); by default unoptimised, so that the file itself is tested. */
export async function runInOnnxRuntime(
  graph: Graph,
  feed: Feed,
  opset: number,
  graphOptimizationLevel: "disabled" | "all" = "disabled",
  { InferenceSession, Tensor: OrtTensor }: Pick<OnnxRuntime, "InferenceSession" | "Tensor"> = ort,
): Promise<Record<string, Tensor>> {
  const weights = new Map(Object.entries(feed.slots).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const bytes = emitOnnx({ graph, weights }, { opset, producerVersion: "test" });
  const session = await InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    graphOptimizationLevel,
    intraOpNumThreads: 1,
  });
  const feeds = graph.inputs.map(({ name, value }) => {
    const tensor = feed.inputs[name] as Tensor;
    const isBool = graph.types[value]?.dtype === "bool";
    const data = isBool ? Uint8Array.from(tensor.data) : Float32Array.from(tensor.data);
    return [name, new OrtTensor(isBool ? "bool" : "float32", data, [...tensor.shape])];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    graph.outputs.map(({ name }) => {
      const { dims, data } = results[name] as { dims: readonly number[]; data: ArrayLike<number> };
      return [name, { shape: dims, data: Float64Array.from(data) }];
    }),
  );
}
