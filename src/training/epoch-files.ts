/** The files of a run that are made from the checkpoint of its last epoch: weights and metrics. */
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Values } from "../engines/engine.js";
import { evaluationKey } from "../recipe/evaluations.js";
import type { Standing } from "./course.js";
import { averagedWeights } from "./evaluate.js";
import type { Score } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";
import { runFiles } from "./run-files.js";
import { metricsText, weightFile, writeRunFile } from "./run-folder.js";

type Judgement = Pick<Score, "accuracy" | "meanClassAccuracy">;

const weightsOf = (
  plan: TrainingPlan,
  values: ReadonlyMap<string, Values>,
  epoch: number,
  { accuracy, meanClassAccuracy }: Judgement,
) =>
  weightFile(
    plan.deployed,
    values,
    new Map([
      ["model", plan.deployed.name],
      ["epoch", String(epoch)],
      ["accuracy", String(accuracy)],
      ["mean_class_accuracy", String(meanClassAccuracy)],
      [evaluationKey, plan.evaluatedBy],
    ]),
  );

/** The file of the best weights, if the last epoch has produced them. */
export function bestFileOf(
  plan: TrainingPlan,
  { best, epochsDone, state }: Standing,
): readonly Uint8Array[] | undefined {
  if (best?.epoch !== epochsDone) return undefined;
  const values = best.weights === "average" ? averagedWeights(state) : state;
  return values === undefined ? undefined : weightsOf(plan, values, epochsDone, best);
}

/** Weights are written before the files about them. */
export async function writeEpochFiles(
  folder: string,
  plan: TrainingPlan,
  standing: Standing,
): Promise<Problem | undefined> {
  const { records } = standing;
  const best = bestFileOf(plan, standing);
  const last = weightsOf(plan, standing.state, standing.epochsDone, {
    accuracy: records.at(-1)?.validationAccuracy ?? 0,
    meanClassAccuracy: records.at(-1)?.validationMeanClassAccuracy ?? 0,
  });
  return (
    (best === undefined ? undefined : await writeRunFile(folder, runFiles.best, best)) ??
    (await writeRunFile(folder, runFiles.last, last)) ??
    (await writeRunFile(folder, runFiles.metrics, metricsText(records)))
  );
}
