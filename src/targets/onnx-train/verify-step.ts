/**
 * Verifies a step before it is written, for a small picture and a small batch: ONNX Runtime runs it with all intermediate
 * values as outputs, and each op of the float64 reference gets the same inputs as in ONNX Runtime. So errors do not accumulate
 * from op to op, and no ReLU flips: networks of batch norm and ReLU are chaotic, and rounding alone changes their gradients by
 * a hundredth. Then the file's own form, which the runtime may fuse, must give the same step.
 */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { InvariantError, invariant } from "../../diagnostics/invariant.js";
import { type Graph, type GraphOutput, typeOf, type ValueId } from "../../ir/graph.js";
import { elementCount } from "../../ir/shape.js";
import type { Tensor } from "../../ops/contracts.js";
import { compareOp, describeInputs, distance, type ProbeStep, wholeTolerance } from "../../reference/compare-op.js";
import { emitOnnx } from "../onnx/emit.js";
import type { VerificationRuntime } from "../onnx/run-file.js";
import { silentLog } from "../onnx/session-log.js";
import { openState, type StepPart, selfStarting, stateInput } from "./open-state.js";

export interface StepVerification {
  /** The inputs of the comparison: `image [2, 3, 40, 40]`. */
  readonly input: string;
  /** The runtime used. */
  readonly engine: string;
  /** The largest difference of an op, as a relative norm. */
  readonly error: number;
}

export interface VerifyStepOptions {
  readonly opset: number;
  readonly runtime: VerificationRuntime;
  /** For tests: replaces the writer of the file. */
  readonly emit?: ((graph: Graph, weights: ReadonlyMap<string, Float32Array>) => Uint8Array) | undefined;
}

/** Compares a step's ops, then its file, with the reference; returns the largest difference of an op, or what is wrong. */
export async function verifyStep(
  { step, other, inputs, slots }: ProbeStep & Pick<StepPart, "other">,
  {
    opset,
    runtime,
    emit = (graph, weights) => emitOnnx({ graph, weights }, { opset, producerVersion: "" }),
  }: VerifyStepOptions,
): Promise<StepVerification | Problem> {
  const feeds = new Map([
    ...step.inputs.map(({ name }) => [name, inputs[name]] as const),
    ...step.slots.map(({ name }) => [stateInput(name), slots[name]] as const),
  ]);
  const open = openState(step);
  const { graph: traced, nameOf } = layOpen(open);
  const input = describeInputs(step);
  const differs = (part: string, error: number, allowed: number): Problem =>
    problem("onnx/step-differs", { model: step.name, input, part, error, allowed });
  try {
    const values = await run(emit(traced, new Map()), feeds, runtime, "disabled");
    const tensors = new Map<string, Tensor>();
    for (const [name, tensor] of feeds) if (tensor !== undefined) tensors.set(name, tensor);
    for (const name of Object.keys(values)) tensors.set(name, toTensor(values, name));
    const tensorOf = (value: ValueId): Tensor => tensors.get(nameOf(value)) as Tensor;
    let largest = 0;
    for (const node of step.nodes) {
      const { error, allowed } = compareOp(node, tensorOf);
      if (!(error <= allowed)) return differs(`${node.op} at ${node.path}`, error, allowed);
      largest = Math.max(largest, error);
    }
    // The file's own form, which the runtime may fuse, with zeros for the state: it begins with the probe's.
    const own = selfStarting({ graph: step, other }, () => false);
    const begin = own.inputs.map(({ name, value }) => {
      const shape = typeOf(own, value).shape as readonly number[];
      return [name, inputs[name] ?? { shape, data: new Float64Array(elementCount(shape)) }] as const;
    });
    const weights = new Map(Object.entries(slots).map(([name, { data }]) => [name, Float32Array.from(data)]));
    const results = await run(emit(own, weights), new Map(begin), runtime, "all");
    for (const { part, outputs } of comparisons(open.outputs, other, tensorOf)) {
      const [found, wanted] = [
        outputs.map(({ name }) => toTensor(results, name)),
        outputs.map(({ value }) => tensorOf(value)),
      ];
      const error = distance(joined(found), joined(wanted));
      if (!(error <= wholeTolerance)) return differs(part, error, wholeTolerance);
    }
    return { input, engine: runtime.engine ?? "ort", error: largest };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InvariantError) throw error;
    return problem("onnx/runtime-refuses", { model: step.name, reason: error.message.split("\n")[0] ?? "" });
  }
}

interface Comparison {
  readonly part: string;
  readonly outputs: readonly GraphOutput[];
}

/** Of the norm of all gradients together; a smaller gradient is mostly rounding: that of a bias before a batch norm is nothing else. */
const leastShare = 1e-3;

/** Each output by itself; of the gradients, which the other half takes, also all together, and of the smallest nothing but that. */
function comparisons(
  outputs: readonly GraphOutput[],
  other: Graph | undefined,
  tensorOf: (value: ValueId) => Tensor,
): readonly Comparison[] {
  const taken = new Set(other?.inputs.map(({ name }) => name));
  const gradients = outputs.filter(({ name }) => taken.has(name));
  const norms = new Map(gradients.map(({ name, value }) => [name, Math.hypot(...tensorOf(value).data)]));
  const least = leastShare * Math.hypot(...norms.values());
  const single = outputs.filter(({ name }) => !((norms.get(name) ?? Number.POSITIVE_INFINITY) < least));
  return [
    ...single.map((output) => ({ part: `output "${output.name}"`, outputs: [output] })),
    ...(gradients.length === 0 ? [] : [{ part: "the gradients", outputs: gradients }]),
  ];
}

/** Tensors of any shapes as one vector after the other; a single one as it is. */
function joined(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (first !== undefined && tensors.length === 1) return first;
  const data = Float64Array.from(tensors.flatMap((tensor) => Array.from(tensor.data)));
  return { shape: tensors.map((tensor) => elementCount(tensor.shape)), data };
}

/** The graph with every value of a node as an output, and the name of each value among inputs and outputs. */
function layOpen(graph: Graph): { readonly graph: Graph; readonly nameOf: (value: ValueId) => string } {
  const names = new Map<ValueId, string>();
  for (const { name, value } of [...graph.inputs, ...graph.outputs]) if (!names.has(value)) names.set(value, name);
  const hidden = graph.nodes.flatMap(({ outputs }) => outputs).filter((value) => !names.has(value));
  for (const value of hidden) names.set(value, `value.${value}`);
  const opened = hidden.map((value) => ({ name: `value.${value}`, value }));
  return { graph: { ...graph, outputs: [...graph.outputs, ...opened] }, nameOf: (value) => names.get(value) ?? "" };
}

async function run(
  bytes: Uint8Array,
  feeds: ReadonlyMap<string, Tensor | undefined>,
  runtime: VerificationRuntime,
  optimize: "disabled" | "all",
): Promise<InferenceSession.ReturnType> {
  const options = { ...silentLog, graphOptimizationLevel: optimize } as const;
  const session = await runtime.InferenceSession.create(bytes, options);
  try {
    const tensors = [...feeds].map(([name, tensor]): [string, OrtTensor] => {
      invariant(tensor !== undefined, `nothing is given for ${name}`);
      return [name, new runtime.Tensor("float32", Float32Array.from(tensor.data), tensor.shape)];
    });
    return await session.run(Object.fromEntries(tensors));
  } finally {
    await session.release();
  }
}

function toTensor(results: InferenceSession.ReturnType, name: string): Tensor {
  const found = results[name] as
    | { dims: readonly number[]; data: BigInt64Array | Float32Array | Uint8Array }
    | undefined;
  invariant(found !== undefined, `the run gave no ${name}`);
  const { dims, data } = found;
  return {
    shape: dims,
    data: data instanceof BigInt64Array ? Float64Array.from(data, Number) : Float64Array.from(data),
  };
}
