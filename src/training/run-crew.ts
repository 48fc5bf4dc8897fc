import type { DataSet } from "../data/data-set.js";
import { type Crew, isWorthCrew, startCrew, usualCrewSize, workerProgram } from "../data/loader/crew.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { TrainingPlan } from "./plan.js";

/** Threads that make a run's batches, if there are enough pictures to need them. */
export function crewFor(
  { augment, picture, seed }: TrainingPlan,
  { training }: DataSet,
  limit: number | undefined,
  keepLarger: boolean,
  onLost: (warning: Diagnostic) => void,
): Crew | undefined {
  const program = workerProgram();
  const pictures = Math.min(training.length, limit ?? training.length);
  if (program === undefined || !isWorthCrew(pictures, picture)) return undefined;
  return startCrew({ augment, target: picture, keepLarger, seed }, usualCrewSize(), { onLost, program });
}
