/** Measures several forms of one model, in rotation: a machine that gets slower or faster meets them all. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { typeOf } from "../ir/graph.js";
import { bindShape, elementCount } from "../ir/shape.js";
import type { WeightedGraph } from "../passes/weighted-graph.js";
import { emitOnnx } from "../targets/onnx/emit.js";
import { silentLog } from "../targets/onnx/session-log.js";
import type { OnnxRuntime } from "./runtime.js";
import { timeInRotation } from "./timing.js";

const warmup = 3;
export const timedRounds = 20;

/** The shortest time of each for one sample, in milliseconds, on one thread. */
export async function timeStages(
  models: readonly WeightedGraph<Float32Array>[],
  opset: number,
  runtime: OnnxRuntime,
): Promise<readonly number[]> {
  const options = { ...silentLog, intraOpNumThreads: 1, executionProviders: ["cpu"] } as const;
  const sessions: InferenceSession[] = [];
  try {
    for (const model of models) {
      sessions.push(await runtime.InferenceSession.create(emitOnnx(model, { opset, producerVersion: "" }), options));
    }
    const [{ graph }] = models as [WeightedGraph<Float32Array>];
    const feeds: Record<string, Tensor> = Object.fromEntries(
      graph.inputs.map(({ name, value }) => {
        const { dtype, shape } = typeOf(graph, value);
        const count = elementCount(shape);
        const sizes = bindShape(shape, 1);
        return [
          name,
          dtype === "bool"
            ? new runtime.Tensor("bool", new Uint8Array(count), sizes)
            : new runtime.Tensor(
                "float32",
                Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
                sizes,
              ),
        ];
      }),
    );
    const steps = sessions.map((session) => () => session.run(feeds));
    const times = await timeInRotation(steps, { rounds: timedRounds, warmup });
    return times.map((each) => Math.min(...each));
  } finally {
    for (const session of sessions) await session.release();
  }
}
