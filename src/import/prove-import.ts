/**
 * Compares the file with what is built from the imported text, in ONNX Runtime, on two inputs: with the file's weights, or with probe weights
 * if the outputs of those hardly vary or are mostly rounding. How much they may differ is measured as for a build (targets/onnx/prove.ts): by the
 * change of the outputs when every weight and input changes by one last digit of float32.
 */
import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { probeInputs } from "../reference/probe-weights.js";
import { type Calmness, calmFeed, usualDamping } from "../targets/onnx/calm-weights.js";
import { type Outputs, relativeError, valuesOf, worst } from "../targets/onnx/compare-outputs.js";
import { emitOnnx } from "../targets/onnx/emit.js";
import { chooseProbeGraph } from "../targets/onnx/probe-size.js";
import { nudgedInputs, nudgedModel, type VerificationRuntime } from "../targets/onnx/run-file.js";
import { silentLog } from "../targets/onnx/session-log.js";

export interface ImportProof {
  /** The relative difference of the outputs, and the allowed one. */
  readonly error: number;
  readonly allowed: number;
  readonly output: string;
  readonly weights: "the file's" | "probe";
}

interface Compared {
  /** What the text compiles to, with weights by its names. */
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** The file. */
  readonly bytes: Uint8Array;
  /** The file with other weights, by the names of `graph`. */
  readonly rewrite: (weights: ReadonlyMap<string, Float32Array>) => Uint8Array;
}

const opset = 18;
const fileFactor = 4;
const fileTolerance = 1e-5;
const mostNoise = 1e-3;
const leastVariation = 1e-4;

/** Runs a file on the inputs of a graph, in their order; its results by the names of the graph's outputs, in their order. */
async function run(bytes: Uint8Array, graph: Graph, inputs: Outputs, runtime: VerificationRuntime): Promise<Outputs> {
  const session = await runtime.InferenceSession.create(bytes, silentLog);
  try {
    const feeds = graph.inputs.map(({ name }, i): [string, unknown] => {
      const { shape, data } = inputs[name] as Tensor;
      return [session.inputNames[i] ?? name, new runtime.Tensor("float32", Float32Array.from(data), shape)];
    });
    const results = await session.run(Object.fromEntries(feeds) as Parameters<typeof session.run>[0]);
    return Object.fromEntries(
      graph.outputs.map(({ name }, i) => {
        const found = results[session.outputNames[i] ?? name];
        return [name, { shape: found?.dims ?? [], data: Float64Array.from((found?.data ?? []) as Float32Array) }];
      }),
    );
  } finally {
    await session.release();
  }
}

const inputsOf = (graph: Graph, seed: number): Outputs => {
  const batch = 1;
  const inputs = probeInputs(graph, batch, seed);
  return Object.fromEntries(
    graph.inputs.map(({ name, value }) => [
      name,
      { shape: bindShape(typeOf(graph, value).shape, batch), data: (inputs[name] as Tensor).data },
    ]),
  );
};

/** The largest difference of the outputs, in ONNX Runtime. The runtime's errors are thrown. */
export async function proveImport(compared: Compared, runtime: VerificationRuntime): Promise<Comparison> {
  const { graph } = compared;
  const own = await compare(compared, "the file's", runtime);
  if (own.isTelling) return own;
  let last: Comparison = own;
  for (const calmness of calmer) {
    // Fitted on a smaller picture: the numbers of the weights are the same.
    const feed = calmFeed(chooseProbeGraph(graph), { ...calmness, batch: 2 });
    const weights = new Map([...valuesOf(feed.slots)].map(([name, data]) => [name, Float32Array.from(data)]));
    last = await compare({ ...compared, weights, bytes: compared.rewrite(weights) }, "probe", runtime);
    if (last.isTelling || !(last.error <= last.allowed)) return last;
  }
  return last;
}

/** Weights to try, until outputs vary and are more than rounding. */
const calmer: readonly Calmness[] = [
  { seed: 1, damping: usualDamping, norms: "unclipped" },
  { seed: 1, damping: 0.8, norms: "all" },
  { seed: 2, damping: 0.6, norms: "all" },
];

interface Comparison extends ImportProof {
  /** Whether the outputs vary, and vary by more than rounding. */
  readonly isTelling: boolean;
}

async function compare(
  { graph, weights, bytes }: Compared,
  kind: ImportProof["weights"],
  runtime: VerificationRuntime,
): Promise<Comparison> {
  const emit = (of: ReadonlyMap<string, Float32Array>): Uint8Array =>
    emitOnnx({ graph, weights: of }, { opset, producerVersion: "" });
  const built = emit(weights);
  let [found, noise, variation] = [{ output: "", error: 0 }, 0, 0];
  const before: Outputs[] = [];
  for (const seed of [1, 2]) {
    const inputs = inputsOf(graph, seed);
    const expected = await run(bytes, graph, inputs, runtime);
    const actual = await run(built, graph, inputs, runtime);
    const difference = worst(expected, actual);
    if (!(difference.error <= found.error)) found = difference;
    const moved = nudgedModel({ graph, weights });
    const nudged = await run(
      emit(moved.weights as ReadonlyMap<string, Float32Array>),
      graph,
      nudgedInputs(graph, inputs),
      runtime,
    );
    noise = Math.max(noise, worst(actual, nudged).error);
    for (const other of before) {
      const changes = Object.keys(expected).map((name) =>
        relativeError(expected[name]?.data ?? [], other[name]?.data ?? []),
      );
      variation = Math.min(...changes);
    }
    before.push(expected);
  }
  const allowed = Math.max(fileTolerance, fileFactor * noise);
  const isTelling = noise <= mostNoise && variation >= leastVariation;
  return { ...found, allowed, weights: kind, isTelling };
}
