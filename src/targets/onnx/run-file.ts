import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type Graph, typeOf } from "../../ir/graph.js";
import type { Tensor } from "../../ops/contracts.js";
import { asFloat32, type WeightedGraph } from "../../passes/weighted-graph.js";
import type { Outputs } from "./compare-outputs.js";
import { emitOnnx } from "./emit.js";
import { silentLog } from "./session-log.js";

/** The part of ONNX Runtime that a verification uses. */
export interface VerificationRuntime {
  /** Its name; the native one if undefined. */
  readonly engine?: string;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (
    type: "float32" | "bool" | "uint8",
    data: Float32Array | Uint8Array,
    dims: readonly number[],
  ) => OrtTensor;
}

/** Emits the model with its weights as float32, or those named as halves, and runs those bytes. */
export async function runFile(
  { graph, weights }: WeightedGraph,
  inputs: Outputs,
  opset: number,
  runtime: VerificationRuntime,
  halves?: ReadonlySet<string>,
): Promise<Outputs> {
  const bytes = emitOnnx({ graph, weights: asFloat32(weights) }, { opset, producerVersion: "", halves });
  const session = await runtime.InferenceSession.create(bytes, silentLog);
  try {
    const feeds = graph.inputs.map(({ name, value }) => {
      const { shape, data } = inputs[name] as Tensor;
      const isBool = typeOf(graph, value).dtype === "bool";
      const values = isBool ? Uint8Array.from(data) : Float32Array.from(data);
      return [name, new runtime.Tensor(isBool ? "bool" : "float32", values, shape)];
    });
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: Float64Array.from(data as Float32Array) },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** The last binary digit of a float32. */
const lastDigit = 2 ** -23;

/** The numbers changed by one last digit of float32, up or down by a hash of their position. */
export function nudged<D extends Float32Array | Float64Array>(data: D): D {
  const out = data.slice() as D;
  for (let i = 0; i < out.length; i++) {
    const up = Math.imul(Math.imul(i + 1, 0x9e3779b1) ^ (i >>> 7), 0x85ebca6b) < 0;
    out[i] = Math.fround(out[i] as number) * (up ? 1 + lastDigit : 1 - lastDigit);
  }
  return out;
}

/** The same model with every weight changed by one last digit: the difference in its outputs is what float32 can resolve. */
export const nudgedModel = ({ graph, weights }: WeightedGraph): WeightedGraph => ({
  graph,
  weights: new Map([...weights].map(([name, values]) => [name, nudged(values)])),
});

/** The same for inputs that are numbers. */
export const nudgedInputs = (graph: Graph, inputs: Outputs): Outputs =>
  Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const tensor = inputs[name] as Tensor;
      const isBool = typeOf(graph, value).dtype === "bool";
      return [name, isBool ? tensor : { shape: tensor.shape, data: nudged(tensor.data) }];
    }),
  );
