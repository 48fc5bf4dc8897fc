/**
 * What is written is proven first, on probe weights and a batch of two: the rewritten graph against the graph as it was
 * written, in float64; then the file's own bytes in ONNX Runtime against the float64 reference. Nothing here looks at the
 * real weights: with those of an untrained network deep outputs are all but constant, and any middle would pass.
 */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { Tensor } from "../../ops/contracts.js";
import { type OptimizeLevel, optimize } from "../../passes/pipeline.js";
import { asFloat32, type WeightedGraph } from "../../passes/weighted-graph.js";
import { interpret } from "../../reference/interpret.js";
import { probeInputs } from "../../reference/probe-weights.js";
import { calmWeights } from "./calm-weights.js";
import { emitOnnx } from "./emit.js";
import { chooseProbeGraph } from "./probe-size.js";
import { silentLog } from "./session-log.js";

/** The part of ONNX Runtime that a verification uses. */
export interface VerificationRuntime {
  /** Which one it is; the native one where it says nothing. */
  readonly engine?: string;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (
    type: "float32" | "bool",
    data: Float32Array | Uint8Array,
    dims: readonly number[],
  ) => OrtTensor;
}

export interface VerifyOptions {
  readonly opset: number;
  readonly level: OptimizeLevel;
  /** Without it only the graph is verified, not the file. */
  readonly runtime?: VerificationRuntime | undefined;
  /** For tests: what stands in for the pipeline. */
  readonly rewrite?: (model: WeightedGraph<Float64Array>) => WeightedGraph<Float64Array>;
}

/** The largest differences that were found, norm-wise: `||a - b|| / ||b||`. */
export interface Verification {
  /** The inputs that were compared at: `image [N, 3, 64, 64]`. */
  readonly input: string;
  readonly graphError: number;
  /** The runtime's name for itself. */
  readonly engine?: string;
  /** Of the optimised file, and of a file without any rewrite; absent without a runtime. */
  readonly fileError?: number;
  readonly plainFileError?: number;
}

const batch = 2;
const seeds = [1, 2, 3] as const;
/** Double precision loses a few digits on the way through a deep network, never more. */
const graphTolerance = 1e-9;
/** What a file may err more than a file without rewrites, and what is rounding in any case. */
const fileFactor = 4;
const fileTolerance = 1e-5;
/** Outputs that vary less than this share of their norm show nothing. */
const leastVariation = 1e-4;

type Outputs = Readonly<Record<string, Tensor>>;

/** Compares what would be written with the reference; the differences found, or what is wrong. */
export async function verifyOnnx(graph: Graph, options: VerifyOptions): Promise<Verification | Problem> {
  const probe = chooseProbeGraph(graph);
  const input = probe.inputs.map(({ name, value }) => `${name} ${formatShape(typeOf(probe, value).shape)}`).join(", ");
  const feed = findFeed(probe);
  if (isProblem(feed)) return feed;
  const { rewrite = (model) => optimize(model, options.level) } = options;
  const plain = { graph: probe, weights: valuesOf(feed.slots) };
  const rewritten = rewrite(plain);
  const graphError = worst(feed.expected, interpret(rewritten.graph, { ...feed, slots: tensorsOf(rewritten) }));
  if (!(graphError.error <= graphTolerance)) {
    return problem("onnx/optimiser-differs", { model: graph.name, input, ...graphError, allowed: graphTolerance });
  }
  const { runtime } = options;
  if (runtime === undefined) return { input, graphError: graphError.error };
  const run = (model: WeightedGraph, inputs: Outputs) => runFile(model, inputs, options.opset, runtime);
  try {
    const plainFile = worst(feed.expected, await run(plain, feed.inputs));
    // Where the passes found nothing to do there is one file only.
    const file = rewritten === plain ? plainFile : worst(feed.expected, await run(rewritten, feed.inputs));
    const allowed = Math.max(fileTolerance, fileFactor * plainFile.error);
    for (const found of [plainFile, file]) {
      const limit = found === plainFile ? 100 * fileTolerance : allowed;
      if (!(found.error <= limit)) {
        return problem("onnx/runtime-differs", { model: graph.name, input, ...found, allowed: limit });
      }
    }
    const atFullSize =
      probe === graph ? undefined : await compareAtFullSize({ graph, weights: plain.weights }, rewrite, run);
    if (atFullSize !== undefined && !(atFullSize.error <= allowed)) {
      return problem("onnx/runtime-differs", { model: graph.name, input: "full size", ...atFullSize, allowed });
    }
    const errors = { graphError: graphError.error, fileError: file.error, plainFileError: plainFile.error };
    return { input, engine: runtime.engine ?? "ort", ...errors };
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return problem("onnx/runtime-refuses", { model: graph.name, reason });
  }
}

/** At full size the reference is too slow; there the rewritten file is held against the plain one, with the same weights. */
async function compareAtFullSize(
  model: WeightedGraph<Float64Array>,
  rewrite: (model: WeightedGraph<Float64Array>) => WeightedGraph<Float64Array>,
  run: (model: WeightedGraph, inputs: Outputs) => Promise<Outputs>,
): Promise<Difference> {
  const inputs = probeInputs(model.graph, batch, seeds[0]);
  const [plain, rewritten] = [await run(model, inputs), rewrite(model)];
  return rewritten === model ? { output: "", error: 0 } : worst(plain, await run(rewritten, inputs));
}

interface ProbeFeed {
  readonly inputs: Outputs;
  readonly slots: Outputs;
  readonly batch: number;
  readonly expected: Outputs;
}

/** Probe weights and inputs under which every output varies, with what the reference makes of them. */
function findFeed(graph: Graph): ProbeFeed | Problem {
  let flattest: Variation = { output: "", variation: 0 };
  for (const seed of seeds) {
    const feed = { inputs: probeInputs(graph, batch, seed), slots: calmWeights(graph, seed), batch };
    const expected = interpret(graph, feed);
    // Samples of one run show it most cheaply; outputs without a batch axis, or that pair the samples, need a second run.
    const again = (): Outputs => interpret(graph, { ...feed, inputs: probeInputs(graph, batch, seed + seeds.length) });
    flattest = leastVarying(expected, again);
    if (flattest.variation !== undefined && flattest.variation >= leastVariation) return { ...feed, expected };
  }
  return problem("onnx/nothing-to-compare", { model: graph.name, ...flattest });
}

interface Variation {
  readonly output: string;
  /** As a share of the norm; undefined where a value is not finite. */
  readonly variation: number | undefined;
}

/** The output that varies least, between the samples of a run or between two runs; one that is not finite before all. */
function leastVarying(outputs: Outputs, again: () => Outputs): Variation {
  let second: Outputs | undefined;
  let least = { output: "", variation: Number.POSITIVE_INFINITY };
  for (const [output, { data }] of Object.entries(outputs)) {
    if (!data.every(Number.isFinite)) return { output, variation: undefined };
    const half = data.length / batch;
    let variation = Number.isInteger(half) ? relativeError(data.subarray(half), data.subarray(0, half)) : 0;
    if (variation < leastVariation) {
      second ??= again();
      variation = Math.max(variation, relativeError(second[output]?.data ?? [], data));
    }
    if (variation < least.variation) least = { output, variation };
  }
  return least;
}

/** `||a - b|| / ||b||`; 0 for two zeros. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

interface Difference {
  readonly output: string;
  readonly error: number;
}

function worst(expected: Outputs, actual: Outputs): Difference {
  let found: Difference = { output: "", error: 0 };
  for (const [output, tensor] of Object.entries(expected)) {
    const error = relativeError(actual[output]?.data ?? [], tensor.data);
    if (!(error <= found.error)) found = { output, error };
  }
  return found;
}

const valuesOf = (tensors: Outputs): Map<string, Float64Array> =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, data]));

function tensorsOf({ graph, weights }: WeightedGraph<Float64Array>): Record<string, Tensor> {
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => [
      name,
      { shape: typeOf(graph, value).shape as readonly number[], data: weights.get(name) ?? new Float64Array() },
    ]),
  );
}

/** Emits the model with its weights as float32 and runs those bytes. */
async function runFile(
  { graph, weights }: WeightedGraph,
  inputs: Outputs,
  opset: number,
  runtime: VerificationRuntime,
): Promise<Outputs> {
  const bytes = emitOnnx({ graph, weights: asFloat32(weights) }, { opset, producerVersion: "" });
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
