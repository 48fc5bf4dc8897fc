/**
 * A GraphModel is verified like an ONNX file (targets/onnx/prove.ts): the kernels of the rewritten network are always compared with
 * the reference in double precision; then the folder's own bytes in TensorFlow.js, if one is installed.
 */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import type { Tensor } from "../../ops/contracts.js";
import type { OptimizeLevel } from "../../passes/pipeline.js";
import type { ProofProgress } from "../onnx/proof-steps.js";
import { type Model, prove, type Verification } from "../onnx/prove.js";
import { evaluateFunction } from "../tfjs/evaluate/evaluate.js";
import { type GraphModel, graphModel } from "./graph-model.js";
import { fromPorts, joined, type LoweredNetwork, networkLowering, portionsOf, toPorts } from "./lower-network.js";
import { modelFiles } from "./model-folder.js";
import { runFolder, type TfjsRuntime } from "./run-folder.js";

export interface VerifyFolderOptions {
  readonly level: OptimizeLevel;
  /** Without it only the kernels are verified, not the folder. */
  readonly runtime?: TfjsRuntime | undefined;
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  /** For tests: replaces the pipeline. */
  readonly rewrite?: (model: Model) => Model;
}

/** The number of samples in a verification. */
const samples = 2;

/** A network consists of kernels that have GraphModel nodes: those without one occur only in training. */
export function writtenModel(lowered: LoweredNetwork): GraphModel {
  const model = graphModel(lowered);
  invariant(!("unwritable" in model), "unwritable" in model ? model.unwritable.join("; ") : "");
  return model;
}

export async function verifyFolder(
  graph: Graph,
  { level, runtime, onProgress, rewrite }: VerifyFolderOptions,
): Promise<Verification | Problem> {
  // A function for one sample is verified as written, sample by sample; unless an output combines all samples.
  const isBySample = graph.outputs.every(({ value }) => typeof typeOf(graph, value).shape[0] !== "number");
  const lower = networkLowering(isBySample ? 1 : samples);
  const model = graph.name;
  return prove(graph, {
    level,
    onProgress,
    rewrite,
    evaluate: (written, inputs) => {
      const lowered = lower(written);
      return fromPorts(joined(portionsOf(lowered, toPorts(inputs)).map((each) => evaluateFunction(lowered, each))));
    },
    run:
      runtime &&
      (async (written, inputs) => {
        const lowered = lower(written);
        const about = { weightsType: "float32", lferVersion: "", metadata: new Map() } as const;
        const files = modelFiles(writtenModel(lowered), about);
        const made: Readonly<Record<string, Tensor>>[] = [];
        for (const each of portionsOf(lowered, toPorts(inputs)))
          made.push(await runFolder(files, lowered, each, runtime));
        return fromPorts(joined(made));
      }),
    runsFullSize: runtime?.isFast === true,
    titles: { rewritten: "the kernels, in float64", file: "the folder, in TensorFlow.js" },
    engine: runtime?.title ?? "",
    problems: {
      rewritten: (found) => problem("tfjs/kernels-differ", { model, ...found }),
      file: (found) => problem("tfjs/runtime-differs", { model, runtime: runtime?.title ?? "", ...found }),
      refused: (reason) => problem("tfjs/runtime-refuses", { model, runtime: runtime?.title ?? "", reason }),
    },
  });
}
