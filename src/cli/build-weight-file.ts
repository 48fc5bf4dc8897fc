import { isProblem } from "../diagnostics/diagnostic.js";
import { withLabels } from "../ir/class-order.js";
import type { Graph } from "../ir/graph.js";
import { evaluationKey } from "../recipe/evaluations.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { readEvaluation } from "../targets/onnx/metadata.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { loadWeights } from "../weights/load-weights.js";
import { writeSafetensors } from "../weights/safetensors.js";
import { weightTensors } from "../weights/weight-tensors.js";
import { formatBytes, writeOutput } from "./build-files.js";
import { outputName } from "./build-output.js";
import type { ExitCode, Session } from "./session.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface WeightFileArguments extends WeightArguments {
  readonly output: string;
  readonly seed: number;
}

/** `--target safetensors`: the weights under the model's own names. */
export async function buildWeightFile(session: Session, args: WeightFileArguments, graph: Graph): Promise<ExitCode> {
  const source = await readWeights(session, "build", args);
  if (source === undefined) return 1;
  const loaded = loadWeights(graph, source);
  if (loaded.kind === "refused") {
    reportRefusal(session, loaded);
    return 1;
  }
  const evaluation = readEvaluation(loaded.metadata, args.weights ?? "");
  if (isProblem(evaluation)) {
    session.report([evaluation.diagnose({})]);
    return 1;
  }
  const about = new Map(labelMetadata(withLabels(graph, loaded.labels)));
  if (evaluation !== undefined) about.set(evaluationKey, evaluation);
  const pieces = writeSafetensors(weightTensors(graph, loaded.weights), about);
  if (!(await writeOutput(session, args.output, pieces))) return 1;
  talkOfNames(session, loaded.account);
  session.talk(
    `${outputName(args.output)}: ${formatBytes(byteLengthOf(pieces))}, ${graph.slots.length} tensors of ${graph.name}\n`,
  );
  return 0;
}
