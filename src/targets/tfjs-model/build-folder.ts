/** Builds the files of a GraphModel from a graph: from weights to verified bytes. */
import { type Diagnostic, diagnose, isProblem } from "../../diagnostics/diagnostic.js";
import { withLabels } from "../../ir/class-order.js";
import type { Graph } from "../../ir/graph.js";
import { type OptimizeLevel, optimize } from "../../passes/pipeline.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../../weights/load-weights.js";
import type { WeightsType } from "../../weights/weights-type.js";
import { factsOfModel, type Provenance } from "../onnx/describe-model.js";
import { findNotFinite } from "../onnx/finite-weights.js";
import { readEvaluation } from "../onnx/metadata.js";
import type { ProofProgress } from "../onnx/proof-steps.js";
import type { Verification } from "../onnx/prove.js";
import { isRounded, rounded } from "./encode-weights.js";
import type { HeldNumbers } from "./graph-model.js";
import { networkLowering } from "./lower-network.js";
import { type FolderFiles, modelFiles } from "./model-folder.js";
import type { TfjsRuntime } from "./run-folder.js";
import { verifyFolder, writtenModel } from "./verify-folder.js";

export interface FolderBuildOptions {
  readonly level: OptimizeLevel;
  readonly weights: WeightSource;
  readonly weightsType: WeightsType;
  readonly verify: boolean;
  /** Called only when verifying; without a runtime, only the kernels are verified. */
  readonly loadRuntime: () => Promise<TfjsRuntime | undefined>;
  /** Called with the progress of the verification. */
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  readonly provenance: Omit<Provenance, "weights" | "evaluation">;
}

/** The change of the weights by rounding. */
export interface Rounding {
  /** The largest relative error of a tensor (its norm), and the name of that tensor. */
  readonly error: number;
  readonly weight: string;
}

export type FolderBuild =
  | RefusedWeights
  | {
      readonly kind: "built";
      readonly files: FolderFiles;
      /** The number of nodes of the GraphModel. */
      readonly nodeCount: number;
      readonly account: NamesAccount | undefined;
      /** What depends on the number of samples, so that the model takes one picture; undefined if it takes any number. */
      readonly tied: string | undefined;
      /** Absent if weights are not rounded. */
      readonly rounding: Rounding | undefined;
      /** Absent if it was not requested. */
      readonly verification?: Verification;
    };

const refuse = (diagnostics: readonly Diagnostic[]): FolderBuild => ({ kind: "refused", diagnostics });

/** The same input gives the same bytes; a folder that fails the verification is not built. */
export async function buildFolder(graph: Graph, options: FolderBuildOptions): Promise<FolderBuild> {
  const { level, weightsType, provenance, verify, onProgress } = options;
  const loaded = loadWeights(graph, options.weights);
  if (loaded.kind === "refused") return loaded;
  const evaluation = readEvaluation(loaded.metadata, options.weights.kind === "file" ? options.weights.file : "");
  if (isProblem(evaluation)) return refuse([evaluation.diagnose({})]);
  const model = optimize({ graph, weights: loaded.weights }, level);
  const broken = findNotFinite(graph, loaded.weights, model.weights);
  if (broken !== undefined) return refuse([diagnose("onnx/weights-not-finite", { model: graph.name, ...broken })]);
  const lowered = networkLowering(1)(model);
  const written = writtenModel(lowered);
  const tooLarge = beyondHalf(written.held, weightsType);
  if (tooLarge !== undefined) return refuse([diagnose("onnx/weights-not-finite", { model: graph.name, ...tooLarge })]);
  const verification = verify
    ? await verifyFolder(graph, { level, onProgress, runtime: await options.loadRuntime() })
    : undefined;
  if (isProblem(verification)) return refuse([verification.diagnose({})]);
  const labelled = withLabels(graph, loaded.labels);
  const metadata = factsOfModel(labelled, { ...provenance, weights: loaded.provenance, evaluation }, "NHWC");
  return {
    kind: "built",
    files: modelFiles(written, { weightsType, lferVersion: provenance.lferVersion, metadata }),
    nodeCount: written.topology.node.length,
    account: loaded.account,
    tied: lowered.tied,
    rounding: weightsType === "float32" ? undefined : roundingOf(written.held, weightsType),
    ...(verification === undefined ? {} : { verification }),
  };
}

/** The first weight that half precision cannot represent. */
function beyondHalf(all: readonly HeldNumbers[], type: WeightsType) {
  if (type !== "float16") return undefined;
  for (const held of all) {
    if (isRounded(held) && rounded(held, type).some((value) => !Number.isFinite(value))) {
      return { weight: `${held.name} as float16`, value: Number.POSITIVE_INFINITY };
    }
  }
  return undefined;
}

function roundingOf(all: readonly HeldNumbers[], type: WeightsType): Rounding {
  let worst: Rounding = { error: 0, weight: "" };
  for (const held of all) {
    if (!isRounded(held)) continue;
    const values = rounded(held, type);
    let [lost, norm] = [0, 0];
    for (const [i, value] of held.values.entries()) {
      lost += (value - (values[i] as number)) ** 2;
      norm += value ** 2;
    }
    const error = norm === 0 ? 0 : Math.sqrt(lost / norm);
    if (error > worst.error) worst = { error, weight: held.name };
  }
  return worst;
}
