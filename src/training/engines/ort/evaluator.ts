import type { Tensor } from "onnxruntime-node";
import { isProblem, type Problem } from "../../../diagnostics/diagnostic.js";
import { invariant } from "../../../diagnostics/invariant.js";
import { type Graph, typeOf } from "../../../ir/graph.js";
import { bindShape } from "../../../ir/shape.js";
import { optimize } from "../../../passes/pipeline.js";
import { emitOnnx } from "../../../targets/onnx/emit.js";
import { defaultOpset } from "../../../targets/onnx/opsets.js";
import { version } from "../../../version.js";
import type { Evaluator, EvaluatorOptions, Values } from "../engine.js";
import { loadOnnxRuntime, sessionOptions } from "./runtime.js";

/** The way of a built model: rewritten by the same passes, written as ONNX with its weights, run as it would be deployed. */
export async function ortEvaluator(graph: Graph, { weights, threads }: EvaluatorOptions): Promise<Evaluator | Problem> {
  const ort = await loadOnnxRuntime();
  if (isProblem(ort)) return ort;
  const own = new Map(
    graph.slots.map(({ name }) => {
      const values = weights.get(name);
      invariant(values !== undefined, `no weights for ${name}`);
      return [name, values] as const;
    }),
  );
  const bytes = emitOnnx(optimize({ graph, weights: own }, 1), { opset: defaultOpset, producerVersion: version });
  const session = await ort.InferenceSession.create(bytes, sessionOptions({ threads, optimize: "all" }));
  return {
    run: async (inputs, batch) => {
      const feeds: Record<string, Tensor> = {};
      for (const { name, value } of graph.inputs) {
        const data = inputs.get(name);
        invariant(data !== undefined, `the evaluation has no ${name}`);
        feeds[name] = new ort.Tensor("float32", data, bindShape(typeOf(graph, value).shape, batch));
      }
      const results = await session.run(feeds);
      return new Map(graph.outputs.map(({ name }) => [name, results[name]?.data as Values] as const));
    },
    dispose: () => session.release(),
  };
}
