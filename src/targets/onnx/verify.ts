/**
 * Verifies what will be written, on probe weights and a batch of two: the rewritten graph against the original one, in float64;
 * then the file's own bytes in ONNX Runtime against the float64 reference. The real weights are not used: with those of an
 * untrained network, deep outputs are almost constant, and errors would go unnoticed.
 *
 * The tolerance is measured on the network itself: how far its outputs move when every weight and input changes by one last
 * digit of float32. A network in which they move far would hide errors, so weights are searched for which they do not.
 */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { InvariantError } from "../../diagnostics/invariant.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import { type OptimizeLevel, optimize } from "../../passes/pipeline.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";
import { interpret } from "../../reference/interpret.js";
import { probeInputs } from "../../reference/probe-weights.js";
import { recallOf } from "../../reference/recall.js";
import { multipliesOf } from "../../reference/work.js";
import { type CalmFeed, type Calmness, calmFeed, dampsNorms, usualDamping, type WatchRun } from "./calm-weights.js";
import {
  type Difference,
  leastVarying,
  type Outputs,
  tensorsOf,
  type Variation,
  valuesOf,
  worst,
} from "./compare-outputs.js";
import { chooseProbeGraph, largestProbeGraph } from "./probe-size.js";
import { type ProofProgress, watchProof } from "./proof-steps.js";
import { nudgedInputs, nudgedModel, runFile, type VerificationRuntime } from "./run-file.js";

export interface VerifyOptions {
  readonly opset: number;
  readonly level: OptimizeLevel;
  /** Without it only the graph is verified, not the file. */
  readonly runtime?: VerificationRuntime | undefined;
  /** Receives the progress of the verification, for large networks. */
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  /** For tests: replaces the pipeline. */
  readonly rewrite?: (model: Model) => Model;
}

/** The largest differences found, as relative norms: `||a - b|| / ||b||`. */
export interface Verification {
  /** The inputs of the comparison: `image [N, 3, 64, 64]`. */
  readonly input: string;
  readonly graphError: number;
  /** The runtime's name. */
  readonly engine?: string;
  /** Of the optimised file, and of a file without any rewrite; absent without a runtime. */
  readonly fileError?: number;
  readonly plainFileError?: number;
  /** The change of the outputs by a last digit of weights and inputs; a multiple of it is allowed. */
  readonly noise?: number;
  /** The same at full size, if it was too large for a comparison there, so that none was made. */
  readonly fullSizeNoise?: number;
}

type Model = WeightedGraph<Float64Array>;

const batch = 2;
/** Rounding in double precision stays below this in a deep network. */
const graphTolerance = 1e-9;
/**
 * The tolerance of a file: this multiple of the change by a last digit (measured in six networks, files differ by 0.2 to 1.0
 * times that), plus a minimum for rounding.
 */
const fileFactor = 4;
const fileTolerance = 1e-5;
/**
 * If a last digit changes outputs by more than the first, calmer weights are searched; by more than the second, files cannot be
 * compared.
 */
const calmNoise = 1e-4;
const mostNoise = 1e-3;
/** Outputs that vary by less than this share of their norm prove nothing. */
const leastVariation = 1e-4;
/** Weights to try in order: calmer ones, finally with less for a ReLU6 to clip, then other seeds. */
const tries: readonly Calmness[] = [1, 2, 3].flatMap((seed): readonly Calmness[] => [
  { seed, damping: usualDamping, norms: "unclipped" },
  { seed, damping: 0.8, norms: "all" },
  { seed, damping: 0.6, norms: "all" },
]);

/** Approximate time of ONNX Runtime relative to the reference, for the same multiplications. */
const runtimeShare = 0.05;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

type Run = (model: WeightedGraph, inputs: Outputs) => Promise<Outputs>;

/** The runtime's error if it rejects a file. */
class RuntimeRefusal extends Error {}

/** Compares the result with the reference; returns the differences, or what is wrong. */
export async function verifyOnnx(graph: Graph, options: VerifyOptions): Promise<Verification | Problem> {
  const { runtime, opset } = options;
  const run: Run | undefined =
    runtime === undefined
      ? undefined
      : async (model, inputs) => {
          try {
            return await runFile(model, inputs, opset, runtime);
          } catch (error) {
            if (error instanceof InvariantError) throw error;
            const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
            throw new RuntimeRefusal(reason);
          }
        };
  try {
    return await prove(graph, options, run);
  } catch (error) {
    if (!(error instanceof RuntimeRefusal)) throw error;
    return problem("onnx/runtime-refuses", { model: graph.name, reason: error.message });
  }
}

async function prove(graph: Graph, options: VerifyOptions, run: Run | undefined): Promise<Verification | Problem> {
  const { rewrite = (model) => optimize(model, options.level) } = options;
  const probe = chooseProbeGraph(graph);
  const input = probe.inputs.map(({ name, value }) => `${name} ${formatShape(typeOf(probe, value).shape)}`).join(", ");
  const [small, large] = [probe, graph].map((each) => batch * sum(multipliesOf(each))) as [number, number];
  const steps = watchProof(
    [
      { title: "the reference, in float64", work: (dampsNorms(probe, "unclipped") ? 2.5 : 1) * small },
      { title: "the rewritten graph, in float64", work: small },
      { title: "the file, in ONNX Runtime", work: run === undefined ? 0 : runtimeShare * small },
      { title: "the file at full size", work: run === undefined || probe === graph ? 0 : 4 * runtimeShare * large },
    ],
    options.onProgress ?? (() => {}),
  );
  steps.begin(0);
  const recall = recallOf(probe);
  const feed = findFeed(probe, (runs) => {
    const tell = steps.watching(probe, runs);
    return (node, inputs, results) => {
      if (runs === batch) recall.keep(node, inputs, results);
      tell(node, inputs, results);
    };
  });
  if (isProblem(feed)) return feed;
  steps.begin(1);
  const plain = { graph: probe, weights: valuesOf(feed.slots) };
  const rewritten = rewrite(plain);
  const graphError =
    rewritten === plain
      ? { output: "", error: 0 }
      : worst(
          feed.expected,
          interpret(
            rewritten.graph,
            { ...feed, slots: tensorsOf(rewritten) },
            { watch: steps.watching(rewritten.graph, batch), recall: recall.find },
          ),
        );
  if (!(graphError.error <= graphTolerance)) {
    return problem("onnx/optimiser-differs", { model: graph.name, input, ...graphError, allowed: graphTolerance });
  }
  if (run === undefined) return { input, graphError: graphError.error };
  steps.begin(2);
  const calm = await findCalm(probe, feed, run);
  if (isProblem(calm)) return calm;
  const differs = (at: string, found: Difference, allowed: number): Problem =>
    problem("onnx/runtime-differs", { model: graph.name, input: at, ...found, allowed });
  const allowed = allowedFor(calm.noise.error);
  const plainFile = worst(calm.feed.expected, calm.noise.outputs);
  if (!(plainFile.error <= allowed)) return differs(input, plainFile, allowed);
  const written = calm.feed === feed ? rewritten : rewrite(calm.model);
  // If the passes changed nothing, there is only one file.
  const file = rewritten === plain ? plainFile : worst(calm.feed.expected, await run(written, calm.feed.inputs));
  if (!(file.error <= allowed)) return differs(input, file, allowed);
  const proof = {
    input,
    engine: options.runtime?.engine ?? "ort",
    graphError: graphError.error,
    fileError: file.error,
    plainFileError: plainFile.error,
    noise: calm.noise.error,
  };
  if (probe === graph) return proof;
  steps.begin(3);
  const full = await compareAtFullSize({ graph, weights: calm.model.weights }, rewrite, run);
  if (full.difference === undefined) return { ...proof, fullSizeNoise: full.noise };
  const limit = allowedFor(full.noise);
  return full.difference.error <= limit ? proof : differs("full size", full.difference, limit);
}

const allowedFor = (noise: number): number => Math.max(fileTolerance, fileFactor * noise);

interface Noise extends Difference {
  /** The outputs of the file with unchanged weights. */
  readonly outputs: Outputs;
}

/** The change of the outputs by a last digit of all weights and inputs, in float32; not finite if they are not. */
async function measureNoise(model: WeightedGraph, inputs: Outputs, run: Run): Promise<Noise> {
  const outputs = await run(model, inputs);
  const moved = await run(nudgedModel(model), nudgedInputs(model.graph, inputs));
  return { ...worst(outputs, moved), outputs };
}

/**
 * At full size the reference is too slow; there the rewritten file is compared with the plain one, on the same weights: the
 * probe's, or, if those amplify rounding on a large map (as a product of maps does), weights fitted on a larger one. No
 * difference is returned if neither works.
 */
async function compareAtFullSize(
  { graph, weights }: Model,
  rewrite: (model: Model) => Model,
  run: Run,
): Promise<{ readonly noise: number; readonly difference?: Difference }> {
  const inputs = probeInputs(graph, batch, tries[0]?.seed ?? 0);
  let model: Model = { graph, weights };
  let noise = await measureNoise(model, inputs, run);
  for (const calmness of tries) {
    if (noise.error <= calmNoise) break;
    const fitted = { graph, weights: valuesOf(calmFeed(largestProbeGraph(graph), { ...calmness, batch }).slots) };
    const other = await measureNoise(fitted, inputs, run);
    if (!(noise.error <= other.error)) [model, noise] = [fitted, other];
  }
  if (!(noise.error <= mostNoise)) return { noise: noise.error };
  const rewritten = rewrite(model);
  const difference =
    rewritten === model ? { output: "", error: 0 } : worst(noise.outputs, await run(rewritten, inputs));
  return { noise: noise.error, difference };
}

/**
 * Variation between the samples of one run is cheapest; outputs without a batch axis, or that combine samples, need a second
 * run.
 */
function variationOf(graph: Graph, feed: CalmFeed, { seed }: Calmness): Variation {
  const again = (): Outputs => interpret(graph, { ...feed, inputs: probeInputs(graph, batch, seed + tries.length) });
  return leastVarying(feed.expected, again, { batch, least: leastVariation });
}

const varies = ({ variation }: Variation): boolean => variation !== undefined && variation >= leastVariation;

/** Probe weights and inputs with which every output varies, with the reference's outputs. */
function findFeed(graph: Graph, watchRun: WatchRun): CalmFeed | Problem {
  let flattest: Variation = { output: "", variation: 0 };
  for (const calmness of tries) {
    if (calmness.norms === "all") continue;
    const feed = calmFeed(graph, { ...calmness, batch }, watchRun);
    flattest = variationOf(graph, feed, calmness);
    if (varies(flattest)) return feed;
  }
  return problem("onnx/nothing-to-compare", { model: graph.name, noise: undefined, ...flattest });
}

interface Calm {
  readonly feed: CalmFeed;
  readonly model: Model;
  readonly noise: Noise;
}

/** The same with little noise: the given ones, or calmer ones. */
async function findCalm(graph: Graph, first: CalmFeed, run: Run): Promise<Calm | Problem> {
  const calmOf = async (feed: CalmFeed): Promise<Calm> => {
    const model = { graph, weights: valuesOf(feed.slots) };
    return { feed, model, noise: await measureNoise(model, feed.inputs, run) };
  };
  let calmest = await calmOf(first);
  for (const calmness of tries) {
    if (calmest.noise.error <= calmNoise) return calmest;
    const feed = calmFeed(graph, { ...calmness, batch });
    const calm = varies(variationOf(graph, feed, calmness)) ? await calmOf(feed) : calmest;
    if (!(calmest.noise.error <= calm.noise.error)) calmest = calm;
  }
  if (calmest.noise.error <= mostNoise) return calmest;
  const { output, error: noise } = calmest.noise;
  return problem("onnx/nothing-to-compare", { model: graph.name, output, variation: 1, noise });
}
