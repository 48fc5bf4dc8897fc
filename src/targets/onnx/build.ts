/** Graph to ONNX file, from weights to verified bytes. */
import { type Diagnostic, diagnose, isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import { withLabels } from "../../ir/class-order.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { elementCount } from "../../ir/shape.js";
import type { Block } from "../../passes/lay-out-channels.js";
import {
  isOptimizeLevel,
  type OptimizeLevel,
  optimize,
  optimizeLevels,
  type WatchPass,
} from "../../passes/pipeline.js";
import { removeDeadNodes } from "../../passes/remove-dead-nodes.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../../weights/load-weights.js";
import { describeModel, type Provenance } from "./describe-model.js";
import { emitOnnxPieces, type OnnxOptions } from "./emit.js";
import { findNotFinite } from "./finite-weights.js";
import type { Pieces } from "./framing.js";
import { type Rounding, roundToHalves } from "./half-weights.js";
import { readEvaluation } from "./metadata.js";
import { isKnownOpset, newestOpset, oldestOpset } from "./opsets.js";
import { classifierOf, pictureModel, stepsOf } from "./pictures/picture-model.js";
import type { Preprocessor } from "./pictures/preprocessing.js";
import type { ProofProgress } from "./proof-steps.js";
import type { Verification } from "./prove.js";
import type { VerificationRuntime } from "./run-file.js";

export interface BuildOptions {
  readonly opset: number;
  readonly level: number;
  /** The runtime's block, for level 2; 16 by default. */
  readonly block?: Block | undefined;
  readonly weights: WeightSource;
  readonly verify: boolean;
  /** How filters and matrices are stored; float32 by default. */
  readonly weightsType?: "float32" | "float16" | undefined;
  /** Receives the model with its weights: as written, and after each pass. */
  readonly onPass?: WatchPass<Float32Array> | undefined;
  /** To put preprocessing and probabilities into the file. */
  readonly preprocessor?: Preprocessor | undefined;
  /** Called only when verifying; without a runtime only the graph is verified. */
  readonly loadRuntime: () => Promise<VerificationRuntime | Problem>;
  /** Receives the progress of the verification. */
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  readonly provenance: Omit<Provenance, "weights" | "evaluation">;
  readonly describeSpan?: ((span: Span) => string) | undefined;
  /** Makes another file of the verified one's model, for example on 8-bit numbers. */
  readonly rewriteFile?: RewriteFile | undefined;
}

/** The weights that a file would have, and how it would be written, to the pieces of another file. */
export type RewriteFile = (
  model: WeightedGraph<Float32Array>,
  options: OnnxOptions,
) => Promise<{ readonly pieces: Pieces; readonly nodeCount: number } | readonly Diagnostic[]>;

export type BuildResult =
  | RefusedWeights
  | {
      readonly kind: "built";
      /** The file, in pieces to be written one after another. */
      readonly pieces: Pieces;
      /** Number of nodes of the emitted graph. */
      readonly nodeCount: number;
      /** How a weight file's names were matched. */
      readonly account: NamesAccount | undefined;
      /** Absent if it was not requested. */
      readonly verification?: Verification;
      /** Of weights in half precision. */
      readonly rounding?: Rounding | undefined;
      /** Of a file with preprocessing inside: the largest difference of its probabilities from those of `predict`. */
      readonly preprocessingError?: number;
      /** Why the verification did not use ONNX Runtime. */
      readonly runtimeMissing?: Diagnostic;
    };

/** Protocol buffers are limited to 2 GiB; a mebibyte is more than the graph itself needs. */
export const maxWeightBytes = 2 ** 31 - 2 ** 20;

const refuse = (diagnostics: readonly Diagnostic[]): BuildResult => ({ kind: "refused", diagnostics });

/** Makes the bytes of an ONNX file. The same input gives the same bytes; a file that cannot be verified is not built. */
export async function buildOnnx(whole: Graph, options: BuildOptions): Promise<BuildResult> {
  const { opset, level, block, preprocessor } = options;
  if (!isOptimizeLevel(level)) {
    return refuse([diagnose("onnx/unsupported-level", { level, known: optimizeLevels })]);
  }
  if (!isKnownOpset(opset)) {
    return refuse([diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset })]);
  }
  const graph = preprocessor === undefined ? whole : classifierOf(whole);
  if (isProblem(graph)) return refuse([graph.diagnose({})]);
  // Checked before weights are drawn or read: a model that is too large need not fill the memory first.
  let weightBytes = 0;
  for (const { value } of graph.slots) weightBytes += 4 * elementCount(typeOf(graph, value).shape);
  if (weightBytes > maxWeightBytes) {
    return refuse([diagnose("onnx/model-too-large", { model: graph.name, bytes: weightBytes, limit: maxWeightBytes })]);
  }
  // A verification has several sets of weights of its own, so weights from a seed are drawn after it. A file's weights are read
  // before, so that errors in it are reported at once.
  const early = options.weights.kind === "seed" ? await prove(graph, level, options) : undefined;
  if (Array.isArray(early)) return refuse(early);
  const loaded = loadWeights(whole, options.weights);
  if (loaded.kind === "refused") return loaded;
  const evaluation = readEvaluation(loaded.metadata, options.weights.kind === "file" ? options.weights.file : "");
  if (isProblem(evaluation)) return refuse([evaluation.diagnose({})]);
  const inside = preprocessor === undefined ? undefined : pictureModel(graph, evaluation, preprocessor);
  if (isProblem(inside)) return refuse([inside.diagnose({})]);
  const given = { graph, weights: loaded.weights };
  const start = inside === undefined ? given : removeDeadNodes.run(given);
  options.onPass?.("as written", start);
  const exact = optimize(start, level, block, options.onPass);
  const halves = options.weightsType === "float16" ? roundToHalves(exact) : undefined;
  const model = halves?.model ?? exact;
  const broken = findNotFinite(graph, loaded.weights, model.weights);
  if (broken !== undefined) return refuse([diagnose("onnx/weights-not-finite", { model: graph.name, ...broken })]);
  const proof = early ?? (await prove(graph, level, options));
  if (Array.isArray(proof)) return refuse(proof);
  const { provenance, describeSpan } = options;
  const labelled = withLabels(whole, loaded.labels);
  const facts = inside && { ...inside, steps: stepsOf(inside) };
  const metadata = describeModel(labelled, { ...provenance, weights: loaded.provenance, evaluation }, facts);
  const emitted = {
    opset,
    producerVersion: provenance.lferVersion,
    metadata,
    describeSpan,
    pictures: inside,
    halves: halves?.stored,
  };
  const rewritten = await options.rewriteFile?.(model, emitted);
  if (rewritten !== undefined && !("pieces" in rewritten)) return refuse(rewritten);
  const { pieces, nodeCount } = rewritten ?? {
    pieces: emitOnnxPieces(model, emitted),
    nodeCount: model.graph.nodes.length,
  };
  const { runtime, ...proved } = proof;
  const built = {
    kind: "built",
    pieces,
    nodeCount,
    account: loaded.account,
    ...proved,
  } as const;
  const rounding = halves && (await (await import("./prove-halves.js")).proveHalves(exact, halves, opset, runtime));
  if (isProblem(rounding)) return refuse([rounding.diagnose({})]);
  if (inside === undefined || preprocessor === undefined || runtime === undefined) return { ...built, rounding };
  const { provePictures } = await import("./pictures/prove-pictures.js");
  const found = await provePictures(model, pieces, { inside, preprocessor, evaluation, opset, runtime });
  return isProblem(found) ? refuse([found.diagnose({})]) : { ...built, rounding, preprocessingError: found };
}

/** The verification's result, or the diagnostics that reject the file. Loaded late: unverified builds need no interpreter. */
async function prove(
  graph: Graph,
  level: OptimizeLevel,
  { opset, block, verify, loadRuntime, onProgress }: BuildOptions,
) {
  if (!verify) return { runtime: undefined };
  const { verifyOnnx } = await import("./verify.js");
  const runtime = await loadRuntime();
  const missing = isProblem(runtime);
  const verification = await verifyOnnx(graph, {
    opset,
    level,
    block,
    onProgress,
    runtime: missing ? undefined : runtime,
  });
  if (isProblem(verification)) return [verification.diagnose({})];
  return missing ? { verification, runtimeMissing: runtime.diagnose({}) } : { verification, runtime };
}
