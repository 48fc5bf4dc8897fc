/** The end of a run: evaluates its best weights once more, saves their predictions, and completes its record. */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { JsonObject } from "../formats/json-object.js";
import type { Answers } from "../judging/answers.js";
import { answersTable, readAnswersTable } from "../judging/answers-table.js";
import { readSafetensors } from "../weights/safetensors.js";
import { BatchMaker } from "./batches.js";
import type { Course, CourseEvents, Standing } from "./course.js";
import { stopsEarly } from "./early-stopping.js";
import { evaluate } from "./evaluate.js";
import type { RunPlace } from "./run-claim.js";
import { runFiles } from "./run-files.js";
import { readIfThere, writeRunFile } from "./run-folder.js";
import { endedRecord } from "./run-record.js";
import { sealed } from "./sealed-json.js";

export interface EndOfRun {
  readonly place: RunPlace;
  readonly course: Course;
  /** The run's record. */
  readonly about: JsonObject;
  readonly standing: Standing;
  /** Whether its last epoch has just been trained: files of an earlier end are then outdated. */
  readonly isNew: boolean;
  now(): Date;
}

/** Writes the missing files of a complete run; returns its predictions, or undefined if it is stopped. */
export async function finishRun(
  end: EndOfRun,
  events: Pick<CourseEvents, "isStopped" | "onJudging">,
): Promise<Answers | Problem | undefined> {
  const { place, course, about, standing, isNew, now } = end;
  const { folder } = place;
  const before = isNew ? undefined : await answersIn(folder, course);
  const answers = before ?? (await answersOfBest(folder, course, events));
  if (answers === undefined || isProblem(answers)) return answers;
  const { best, records } = standing;
  const isRecorded = !isNew && about.result !== undefined;
  const result = {
    best: best as NonNullable<typeof best>,
    epochs: records.length,
    stoppedEarly: stopsEarly(records, course.plan),
  };
  const files = [
    ...(before === undefined ? [[runFiles.answers, answersTable(answers)] as const] : []),
    ...(isRecorded ? [] : [[runFiles.about, sealed(endedRecord(about, result, now()))] as const]),
  ];
  for (const [name, text] of files) {
    const unwritten = (await place.lost()) ?? (await writeRunFile(folder, name, text));
    if (unwritten !== undefined) return unwritten;
  }
  return answers;
}

/** The predictions in a run's folder; undefined if they do not cover all held-out pictures: then they are made again. */
async function answersIn(folder: string, { plan, heldOut }: Course): Promise<Answers | undefined> {
  const path = join(folder, runFiles.answers);
  const bytes = await readIfThere(path);
  if (bytes === undefined || isProblem(bytes)) return undefined;
  const read = readAnswersTable(new TextDecoder().decode(bytes), path);
  if (isProblem(read)) return undefined;
  const { classes, pictures } = read;
  const isWhole =
    pictures.length === heldOut.length &&
    (plan.labels ?? classes).every((name, i) => name === classes[i]) &&
    heldOut.every(({ key, label }, i) => pictures[i]?.key === key && pictures[i]?.label === label);
  return isWhole ? read : undefined;
}

/** Predictions of the weights in the run's file for the held-out pictures; undefined if it is stopped. */
async function answersOfBest(
  folder: string,
  { plan, engine, threads, heldOut, batches }: Course,
  events: Pick<CourseEvents, "isStopped" | "onJudging">,
): Promise<Answers | Problem | undefined> {
  const path = join(folder, runFiles.best);
  const bad = (reason: string): Problem => problem("train/bad-checkpoint", { path, reason });
  const bytes = await readIfThere(path);
  if (isProblem(bytes)) return bytes;
  if (bytes === undefined) return bad("it is missing");
  const read = readSafetensors(bytes, path);
  if (read.kind === "refused") return bad("it is not a safetensors file");
  const weights = new Map([...read.value.tensors].map(([name, tensor]) => [name, tensor.float32()] as const));
  if (plan.deployed.slots.some(({ name }) => !weights.has(name))) return bad("it lacks weights of the network");
  // The network as it is deployed: without loss and teacher.
  const question = { ...plan, evaluation: plan.deployed };
  const maker = new BatchMaker({ ...batches, teacher: undefined });
  const judged = await evaluate(question, engine, weights, heldOut, maker, threads, (done) => {
    events.onJudging(done, heldOut.length);
    return events.isStopped();
  });
  return judged === undefined || isProblem(judged) ? judged : judged.answers;
}
