/**
 * Verifies a file before it is written, with probe weights and a batch of two: the rewritten graph against the original graph in
 * float64; then the file's own bytes in a runtime against the float64 reference. The real weights are not used: with the weights of
 * an untrained network, deep outputs are nearly constant, and errors in the middle would not show.
 *
 * How much a file may differ is measured for each network: by the change of its outputs when every weight and every input changes by
 * one last digit of float32. If this change is large, it would hide errors; then other weights are searched for which it is small.
 */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { InvariantError } from "../../diagnostics/invariant.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { Block } from "../../passes/lay-out-channels.js";
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
import { nudgedInputs, nudgedModel } from "./run-file.js";

/** The differences between the kinds of files. */
export interface ProofOf {
  readonly level: OptimizeLevel;
  /** The runtime's block, for level 2. */
  readonly block?: Block | undefined;
  /** Called with the progress of the verification: a large network takes a while. */
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  /** For tests: replaces the pipeline. */
  readonly rewrite?: ((model: Model) => Model) | undefined;
  /**
   * The outputs of the rewritten model in double precision, if the file contains more than its graph; by default, the reference runs
   * the graph.
   */
  readonly evaluate?: (model: Model, inputs: Outputs) => Outputs;
  /** Without it only the graph is verified, not the file. */
  readonly run?: Run | undefined;
  /** Whether files are also run at full size, which needs a fast runtime. */
  readonly runsFullSize: boolean;
  readonly titles: { readonly rewritten: string; readonly file: string };
  /** The name of the runtime. */
  readonly engine: string;
  readonly problems: {
    readonly rewritten: (found: Differs) => Problem;
    readonly file: (found: Differs) => Problem;
    readonly refused: (reason: string) => Problem;
  };
}

/** The largest difference, and the input that shows it. */
export interface Differs extends Difference {
  readonly input: string;
  readonly allowed: number;
}

/** The largest differences found, as relative norms: `||a - b|| / ||b||`. */
export interface Verification {
  /** The inputs of the comparison: `image [N, 3, 64, 64]`. */
  readonly input: string;
  readonly graphError: number;
  /** The name of the runtime. */
  readonly engine?: string;
  /** Of the optimised file, and of a file without any rewrite; absent without a runtime. */
  readonly fileError?: number;
  readonly plainFileError?: number;
  /** The change of the outputs by a last digit of weights and inputs; a multiple of it is allowed. */
  readonly noise?: number;
  /** The same at full size, if it is so large that no comparison was made there. */
  readonly fullSizeNoise?: number;
}

export type Model = WeightedGraph<Float64Array>;

const batch = 2;
/** Double precision loses a few digits in a deep network, never more. */
const graphTolerance = 1e-9;
/**
 * The allowed difference of a file: a multiple of the change by a last digit (measured in six networks, files differ by 0.2 to 1.0
 * times that), and at least the size of ordinary rounding.
 */
const fileFactor = 4;
const fileTolerance = 1e-5;
/** If a last digit changes outputs by more than this, calmer weights are tried; by more than the second number, no file is compared. */
const calmNoise = 1e-4;
const mostNoise = 1e-3;
/** Outputs that vary less than this share of their norm show nothing. */
const leastVariation = 1e-4;
/** Weights to try until some are good: calmer ones, last those for which a ReLU6 clips less, then other seeds. */
const tries: readonly Calmness[] = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed): readonly Calmness[] => [
  { seed, damping: usualDamping, norms: "unclipped" },
  { seed, damping: 0.8, norms: "all" },
  { seed, damping: 0.6, norms: "all" },
]);

/** The approximate time of ONNX Runtime for the same multiplications, as a share of the reference's. */
const runtimeShare = 0.05;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** A file's outputs. */
export type Run = (model: WeightedGraph, inputs: Outputs) => Promise<Outputs>;

/** The error of a runtime that rejects a file. */
class RuntimeRefusal extends Error {}

const guarded =
  (run: Run): Run =>
  async (model, inputs) => {
    try {
      return await run(model, inputs);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      throw new RuntimeRefusal(reason);
    }
  };

/** Compares the file to be written with the reference; returns the differences found, or what is wrong. */
export async function prove(graph: Graph, file: ProofOf): Promise<Verification | Problem> {
  try {
    return await compareAll(graph, file, file.run === undefined ? undefined : guarded(file.run));
  } catch (error) {
    if (!(error instanceof RuntimeRefusal)) throw error;
    return file.problems.refused(error.message);
  }
}

async function compareAll(graph: Graph, proofOf: ProofOf, run: Run | undefined): Promise<Verification | Problem> {
  const { rewrite = (model) => optimize(model, proofOf.level, proofOf.block), evaluate, titles, problems } = proofOf;
  const probe = chooseProbeGraph(graph);
  const input = probe.inputs.map(({ name, value }) => `${name} ${formatShape(typeOf(probe, value).shape)}`).join(", ");
  const [small, large] = [probe, graph].map((each) => batch * sum(multipliesOf(each))) as [number, number];
  const isRunWhole = run !== undefined && proofOf.runsFullSize && probe !== graph;
  const steps = watchProof(
    [
      { title: "the reference, in float64", work: (dampsNorms(probe, "unclipped") ? 2.5 : 1) * small },
      { title: titles.rewritten, work: small },
      { title: titles.file, work: run === undefined ? 0 : runtimeShare * small },
      { title: "the file at full size", work: isRunWhole ? 4 * runtimeShare * large : 0 },
    ],
    proofOf.onProgress ?? (() => {}),
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
  const inFloat64 = (): Difference => {
    if (evaluate !== undefined) return worst(feed.expected, evaluate(rewritten, feed.inputs));
    if (rewritten === plain) return { output: "", error: 0 };
    const watch = steps.watching(rewritten.graph, batch);
    const slots = tensorsOf(rewritten);
    return worst(feed.expected, interpret(rewritten.graph, { ...feed, slots }, { watch, recall: recall.find }));
  };
  const graphError = inFloat64();
  if (!(graphError.error <= graphTolerance)) {
    return problems.rewritten({ input, ...graphError, allowed: graphTolerance });
  }
  if (run === undefined) return { input, graphError: graphError.error };
  steps.begin(2);
  const calm = await findCalm(probe, feed, run);
  if (isProblem(calm)) return calm;
  const differs = (at: string, found: Difference, allowed: number): Problem =>
    problems.file({ input: at, ...found, allowed });
  const allowed = allowedFor(calm.noise.error);
  const plainFile = worst(calm.feed.expected, calm.noise.outputs);
  if (!(plainFile.error <= allowed)) return differs(input, plainFile, allowed);
  const written = calm.feed === feed ? rewritten : rewrite(calm.model);
  // If the passes changed nothing, there is only one file.
  const file = rewritten === plain ? plainFile : worst(calm.feed.expected, await run(written, calm.feed.inputs));
  if (!(file.error <= allowed)) return differs(input, file, allowed);
  const proof = {
    input,
    engine: proofOf.engine,
    graphError: graphError.error,
    fileError: file.error,
    plainFileError: plainFile.error,
    noise: calm.noise.error,
  };
  if (!isRunWhole) return proof;
  steps.begin(3);
  const full = await compareAtFullSize({ graph, weights: calm.model.weights }, rewrite, run);
  if (full.difference === undefined) return { ...proof, fullSizeNoise: full.noise };
  const limit = allowedFor(full.noise);
  return full.difference.error <= limit ? proof : differs("full size", full.difference, limit);
}

const allowedFor = (noise: number): number => Math.max(fileTolerance, fileFactor * noise);

interface Noise extends Difference {
  /** The file's outputs without it. */
  readonly outputs: Outputs;
}

/** The change of the outputs by a last digit of all weights and inputs, in float32; not finite if the outputs are not. */
async function measureNoise(model: WeightedGraph, inputs: Outputs, run: Run): Promise<Noise> {
  const outputs = await run(model, inputs);
  const moved = await run(nudgedModel(model), nudgedInputs(model.graph, inputs));
  return { ...worst(outputs, moved), outputs };
}

/**
 * At full size the reference is too slow; there the rewritten file is compared with the plain one, with the same weights: those of the
 * probe, or, if those amplify a large map's rounding (a product of maps grows with it), weights fitted on a larger probe. Without
 * `difference` if no weights are suitable.
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

/** Comparing the samples of one run is cheapest; outputs without a batch axis, or that combine the samples, need a second run. */
function variationOf(graph: Graph, feed: CalmFeed, { seed }: Calmness): Variation {
  const again = (): Outputs => interpret(graph, { ...feed, inputs: probeInputs(graph, batch, seed + tries.length) });
  return leastVarying(feed.expected, again, { batch, least: leastVariation });
}

const varies = ({ variation }: Variation): boolean => variation !== undefined && variation >= leastVariation;

/** Probe weights and inputs for which every output varies, and the reference's results. */
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
