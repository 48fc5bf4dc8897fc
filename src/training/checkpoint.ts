/**
 * The state of a run after each epoch: `state.json` names a file `state-E.safetensors` with every slot of the step. The slots
 * are written first, under their own name, and `state.json` last. So `state.json` always refers to a complete file, whenever
 * the run is killed. All other files of a run's folder can be made from these two.
 */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import type { JsonObject } from "../formats/json-object.js";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.js";
import type { Standing } from "./course.js";
import { type Best, type EpochRecord, isBest, isEpochRecord } from "./metrics.js";
import { runFiles, slotFiles } from "./run-files.js";
import { readIfThere, removeOthers, writeRunFile } from "./run-folder.js";
import { type Opened, opened, sealed } from "./sealed-json.js";

const schemaVersion = 3;

interface StateFile {
  readonly schemaVersion: number;
  /** The run's record, as in run.json at that time. */
  readonly run: JsonObject;
  readonly epochsDone: number;
  readonly steps: number;
  readonly best: Best | null;
  /** Digest of the file with the best weights. */
  readonly bestSha256: string | null;
  readonly slots: { readonly file: string; readonly sha256: string };
  /** The lines of metrics.jsonl so far. */
  readonly metrics: readonly EpochRecord[];
}

export interface Checkpoint {
  readonly standing: Standing;
  /** Digest of the file with the best weights. */
  readonly bestSha256: string | undefined;
}

const slotFileOf = (epochsDone: number): string => `state-${epochsDone}.safetensors`;

/** Removes the slots of all epochs but the one that state.json names. */
export const removeOtherSlots = (folder: string, epochsDone: number): Promise<void> =>
  removeOthers(folder, slotFiles, slotFileOf(epochsDone));

export async function writeCheckpoint(
  folder: string,
  run: JsonObject,
  { standing, bestSha256 }: Checkpoint,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<Problem | undefined> {
  const file = slotFileOf(standing.epochsDone);
  const tensors = [...standing.state].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  const pieces = writeSafetensors(new Map(tensors), metadata);
  const unwritten = await writeRunFile(folder, file, pieces);
  if (unwritten !== undefined) return unwritten;
  const about: StateFile = {
    schemaVersion,
    run,
    epochsDone: standing.epochsDone,
    steps: standing.steps,
    best: standing.best ?? null,
    bestSha256: bestSha256 ?? null,
    slots: { file, sha256: sha256(pieces) },
    metrics: standing.records,
  };
  const failed = await writeRunFile(folder, runFiles.state, sealed({ ...about }));
  if (failed === undefined) await removeOtherSlots(folder, standing.epochsDone);
  return failed;
}

/** The contents of `state.json`, intact or not; undefined if it does not exist. */
export async function readState(folder: string): Promise<Opened | undefined | Problem> {
  const path = join(folder, runFiles.state);
  const bytes = await readIfThere(path);
  if (bytes === undefined || isProblem(bytes)) return bytes;
  const state = opened(bytes);
  if (typeof state === "string") return problem("train/bad-checkpoint", { path, reason: state });
  const { schemaVersion: found } = state.record;
  if (found === schemaVersion) return state;
  const reason = `its schemaVersion is ${String(found)}, not ${schemaVersion}`;
  return problem("train/bad-checkpoint", { path, reason });
}

/** The checkpoint that a `state.json` names. Untrusted until checked. */
export async function readCheckpoint(
  folder: string,
  state: Opened,
  slots: ReadonlyMap<string, number>,
  formerly: (name: string) => string | undefined = () => undefined,
): Promise<Checkpoint | Problem> {
  const path = join(folder, runFiles.state);
  const bad = (reason: string): Problem => problem("train/bad-checkpoint", { path, reason });
  const { epochsDone, steps, slots: named, metrics, best, bestSha256 } = state.record as Partial<StateFile>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(epochsDone) || !isCount(steps) || !slotFiles.test(String(named?.file)) || !Array.isArray(metrics)) {
    return bad("something is missing in it");
  }
  if (!metrics.every(isEpochRecord) || !(best === null || isBest(best)))
    return bad("its metrics are not what was written");
  if (metrics.length !== epochsDone) return bad(`it has metrics of ${metrics.length} epochs, not of ${epochsDone}`);
  const last = metrics.at(-1)?.steps ?? 0;
  if (last !== steps) return bad(`it has done ${steps} steps, but its metrics say ${last}`);
  if (!state.isIntact) return bad("it is not what was written: its digest does not match");
  const file = named?.file as string;
  const content = await readIfThere(join(folder, file));
  if (isProblem(content)) return content;
  if (content === undefined) return bad(`${file} is missing`);
  if (sha256([content]) !== named?.sha256) return bad(`${file} is not the file that was written`);
  const read = readSafetensors(content, file);
  if (read.kind === "refused") return bad(`${file} is not a safetensors file`);
  const { tensors } = read.value;
  const values = new Map<string, Float32Array>();
  for (const [name, length] of slots) {
    const found = (tensors.get(name) ?? tensors.get(formerly(name) ?? name))?.float32();
    if (found?.length !== length) return bad(`${file} has no ${name} of ${length} numbers`);
    values.set(name, found.slice());
  }
  if (tensors.size !== slots.size) return bad(`${file} has ${tensors.size} tensors, not ${slots.size}`);
  const standing: Standing = { epochsDone, steps, best: best ?? undefined, records: metrics, state: values };
  return { standing, bestSha256: typeof bestSha256 === "string" ? bestSha256 : undefined };
}
