import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { OnnxRuntime } from "../../deploy/runtime.js";
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { bindShape } from "../../ir/shape.js";
import { optimize } from "../../passes/pipeline.js";
import { emitOnnx } from "../../targets/onnx/emit.js";
import { defaultOpset } from "../../targets/onnx/opsets.js";
import { version } from "../../version.js";
import type { Evaluator, EvaluatorOptions, Values } from "../engine.js";
import { limitOf, type Provider, type SessionTuning, sessionOptions } from "./ort-runtime.js";
import type { Spinning } from "./spinning.js";

export interface OrtEvaluation extends EvaluatorOptions {
  readonly runtime: OnnxRuntime;
  /** The engine's name, for its error messages. */
  readonly name: string;
  readonly provider: Provider;
  readonly graph: Graph;
  readonly spinning?: Spinning | undefined;
}

/** Runs a network like a built model: rewritten by the same passes, written as ONNX with its weights, run as when deployed. */
export async function ortEvaluator(request: OrtEvaluation): Promise<Evaluator | Problem> {
  const { runtime, name: engine, provider, graph, weights, threads, spinning } = request;
  const own = new Map(
    graph.slots.map(({ name }) => {
      const values = weights.get(name);
      invariant(values !== undefined, `no weights for ${name}`);
      return [name, values] as const;
    }),
  );
  const bytes = emitOnnx(optimize({ graph, weights: own }, 1), { opset: defaultOpset, producerVersion: version });
  const session = await openSession(runtime, bytes, { provider, threads, spinning, optimize: "all" });
  if (typeof session === "string") return problem("engine/refuses-step", { engine, reason: session });
  return {
    run: async (inputs, batch) => {
      const feeds: Record<string, Tensor> = {};
      for (const { name, value } of graph.inputs) {
        const data = inputs.get(name);
        invariant(data !== undefined, `the evaluation has no ${name}`);
        feeds[name] = new runtime.Tensor("float32", data, bindShape(typeOf(graph, value).shape, batch));
      }
      const results = await session.run(feeds);
      return new Map(graph.outputs.map(({ name }) => [name, results[name]?.data as Values] as const));
    },
    dispose: () => session.release(),
  };
}

/** The session, or why the provider rejects the network. */
async function openSession(
  runtime: OnnxRuntime,
  bytes: Uint8Array,
  tuning: SessionTuning,
): Promise<InferenceSession | string> {
  try {
    return await runtime.InferenceSession.create(bytes, sessionOptions(tuning));
  } catch (error) {
    const reason = limitOf(error, tuning.provider);
    if (reason === undefined) throw error;
    return reason;
  }
}
