/** Runs a prepared run in its folder: starts or resumes it, saves each epoch, finishes it. */

import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { sha256 } from "../formats/digest.js";
import type { JsonObject } from "../formats/json-object.js";
import { typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { evaluationKey } from "../recipe/evaluations.js";
import { trainingStep } from "../step/training-step.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { formerNames } from "../weights/names/former-names.js";
import { type Checkpoint, removeOtherSlots, writeCheckpoint } from "./checkpoint.js";
import type { FinishedEpoch, Outcome, Standing } from "./course.js";
import { isThrough } from "./early-stopping.js";
import { bestFileOf, writeEpochFiles } from "./epoch-files.js";
import { finishRun } from "./finish-run.js";
import { runCourse } from "./loop.js";
import type { TrainingPlan } from "./plan.js";
import { findRun } from "./resume.js";
import type { RunPlace } from "./run-claim.js";
import { runFiles } from "./run-files.js";
import { jsonText, makeRunFolder, removeRunFile, weightFile, writeRunFile } from "./run-folder.js";
import { runRecord } from "./run-record.js";
import type { PreparedRun, RunEvents, RunRequest, RunResult } from "./run-request.js";
import { sealed } from "./sealed-json.js";

const failed = (found: Problem): RunResult => ({ kind: "failed", diagnostics: [found.diagnose({})] });

/** The run's record and its state. */
interface Kept {
  readonly about: JsonObject;
  readonly standing: Standing | undefined;
  readonly bestSha256: string | undefined;
}

/** Trains the remaining epochs and saves them. */
export async function runInFolder(
  place: RunPlace,
  request: Pick<RunRequest, "resume" | "engine" | "threads" | "epochs" | "source" | "circumstances">,
  { facts, course, keepsHeldOut }: PreparedRun,
  events: RunEvents,
): Promise<RunResult> {
  const { engine, threads, circumstances } = request;
  const { folder } = place;
  const { plan } = course;
  const recordOf = (description: string, id: string, begun: string, before?: Parameters<typeof runRecord>[4]) =>
    runRecord(facts, { name: engine.name, description, threads }, { id, begun }, circumstances, before);
  const now = recordOf(engine.name, "", "");
  const mayChangeLength = request.epochs !== undefined;
  const found = request.resume ? await findRun({ folder, now, mayChangeLength, ...slotsOf(plan) }) : undefined;
  if (isProblem(found)) return failed(found);
  const from = found?.checkpoint?.standing;
  if (found !== undefined && found.missing.length > 0) events.onRebuilt(found.missing);
  if (from !== undefined) await removeOtherSlots(folder, from.epochsDone);
  if (from !== undefined && found?.isComplete === false) {
    const unwritten = await writeEpochFiles(folder, plan, from);
    if (unwritten !== undefined) return failed(unwritten);
  }
  let kept: Kept = { about: found?.record ?? now, standing: from, bestSha256: found?.checkpoint?.bestSha256 };
  const hasTrained = !isThrough(from?.records ?? [], plan);
  if (!hasTrained) return finish(false);
  if (found !== undefined) events.onContinue(from?.epochsDone ?? 0, found.changes);
  const id = found?.id ?? randomUUID();
  const begun = typeof found?.record.begun === "string" ? found.record.begun : circumstances.now().toISOString();
  const outcome = await runCourse(course, from, {
    ...events,
    onStart: async (description, stepsPerEpoch) => {
      events.onStart(description, stepsPerEpoch);
      const before = found && { record: found.record, epochsDone: from?.epochsDone ?? 0 };
      kept = { ...kept, about: recordOf(description, id, begun, before) };
      const keys = jsonText(course.heldOut.map(({ key }) => key));
      // run.json, which makes this folder a run that can be resumed, is written first.
      const files = [
        [runFiles.about, sealed(kept.about)] as const,
        ...request.source.texts,
        ...(keepsHeldOut ? [[runFiles.heldOut, keys] as const] : []),
      ];
      for (const [name, text] of files) {
        const unwritten =
          (await makeRunFolder(dirname(join(folder, name)))) ?? (await writeRunFile(folder, name, text));
        if (unwritten !== undefined) return unwritten;
      }
      // They belong to weights that may soon be replaced.
      await removeRunFile(folder, runFiles.answers);
      return undefined;
    },
    onEpoch: async (finished) => {
      const next = keptAfter(plan, kept, finished);
      const checkpoint: Checkpoint = { standing: finished.standing, bestSha256: next.bestSha256 };
      const write = [
        () => writeCheckpoint(folder, next.about, checkpoint, labelMetadata(plan.deployed)),
        () => writeEpochFiles(folder, plan, finished.standing),
      ];
      // The best weights so far are overwritten only after the checkpoint is written, from which the new ones can be made
      // again. At first there are none.
      for (const step of kept.standing === undefined ? write.reverse() : write) {
        const unwritten = (await place.lost()) ?? (await step());
        if (unwritten !== undefined) return unwritten;
      }
      kept = next;
      return events.onEpoch(finished.standing.records, finished.standing.best);
    },
  });
  return outcome.kind === "finished" ? finish(true) : unfinished(place, plan, kept.standing, outcome);

  async function finish(isNew: boolean): Promise<RunResult> {
    const { about, standing } = kept;
    invariant(standing?.best !== undefined, "a run without a best epoch");
    const { best, records } = standing;
    const answers = await finishRun({ place, course, about, standing, isNew, now: circumstances.now }, events);
    if (answers === undefined) return { kind: "interrupted", plan, records };
    return isProblem(answers) ? failed(answers) : { kind: "finished", plan, records, best, answers, hasTrained };
  }
}

function keptAfter(plan: TrainingPlan, { about, bestSha256 }: Kept, { standing }: FinishedEpoch): Kept {
  const bestFile = bestFileOf(plan, standing);
  return { about, standing, bestSha256: bestFile === undefined ? bestSha256 : sha256(bestFile) };
}

/** What is saved of a run that did not finish. */
async function unfinished(
  place: RunPlace,
  plan: TrainingPlan,
  standing: Standing | undefined,
  outcome: Exclude<Outcome, { kind: "finished" }>,
): Promise<RunResult> {
  const { folder } = place;
  switch (outcome.kind) {
    case "failed":
      return failed(outcome.problem);
    case "interrupted": {
      const records = standing?.records ?? [];
      const metadata = new Map([
        ["model", plan.deployed.name],
        ["interrupted_after_epoch", String(records.length)],
        [evaluationKey, plan.evaluatedBy],
      ]);
      const lost =
        (await place.lost()) ??
        (await writeRunFile(folder, runFiles.last, weightFile(plan.deployed, outcome.state, metadata)));
      return lost === undefined ? { kind: "interrupted", plan, records } : failed(lost);
    }
    case "diverged": {
      const { what, epoch, step, lr } = outcome;
      // The last weights may be those of an earlier interruption.
      const lost =
        standing === undefined ? undefined : ((await place.lost()) ?? (await writeEpochFiles(folder, plan, standing)));
      if (lost !== undefined) return failed(lost);
      const kept =
        standing?.best === undefined
          ? undefined
          : {
              last: { path: join(folder, runFiles.last), epoch: standing.epochsDone },
              best: { path: join(folder, runFiles.best), epoch: standing.best.epoch },
            };
      const { diagnose } = problem("train/not-finite", { what, epoch, step, lr, kept });
      return {
        kind: "failed",
        diagnostics: [diagnose({})],
        diverged: { lr: plan.lr, epochs: standing?.epochsDone ?? 0 },
      };
    }
  }
}

/** The sizes of the step's slots, and their names in earlier versions. */
function slotsOf(plan: TrainingPlan) {
  const graph = trainingStep(plan.step);
  const slots = new Map(graph.slots.map(({ name, value }) => [name, elementCount(typeOf(graph, value).shape)]));
  return { slots, formerly: formerNames(graph) };
}
