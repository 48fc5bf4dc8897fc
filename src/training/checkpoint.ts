/**
 * Everything that goes on with a run, after each epoch: `state.json` names a file `state-E.safetensors` with every slot of
 * the step. The slots are written first, under a name of their own, and `state.json` last: whenever a run is killed, the
 * state.json there is belongs to a whole file.
 */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../digest.js";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.js";
import type { Standing } from "./loop.js";
import { type Best, type EpochRecord, isBest, isEpochRecord } from "./metrics.js";
import { runFiles } from "./run-files.js";
import { jsonText, readIfThere, removeOthers, writeRunFile } from "./run-folder.js";

const schemaVersion = 1;

interface StateFile {
  readonly schemaVersion: number;
  /** Digest over all that decides a run's course; see run-record.ts. */
  readonly identity: string;
  readonly epochsDone: number;
  readonly steps: number;
  readonly best: Best | null;
  readonly slots: { readonly file: string; readonly sha256: string };
  /** The lines of metrics.jsonl up to here. */
  readonly metrics: readonly EpochRecord[];
}

export interface Checkpoint {
  readonly standing: Standing;
  readonly metrics: readonly EpochRecord[];
}

const slotFiles = /^state-\d+\.safetensors$/;

export async function writeCheckpoint(
  folder: string,
  identity: string,
  { standing, metrics }: Checkpoint,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<Problem | undefined> {
  const file = `state-${standing.epochsDone}.safetensors`;
  const tensors = [...standing.state].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  const pieces = writeSafetensors(new Map(tensors), metadata);
  const unwritten = await writeRunFile(folder, file, pieces);
  if (unwritten !== undefined) return unwritten;
  const about: StateFile = {
    schemaVersion,
    identity,
    epochsDone: standing.epochsDone,
    steps: standing.steps,
    best: standing.best ?? null,
    slots: { file, sha256: sha256(pieces) },
    metrics,
  };
  const failed = await writeRunFile(folder, runFiles.state, jsonText(about));
  if (failed === undefined) await removeOthers(folder, slotFiles, file);
  return failed;
}

/** The checkpoint of a run folder; undefined where there is none yet. Hostile until checked. */
export async function readCheckpoint(
  folder: string,
  identity: string,
  slots: ReadonlyMap<string, number>,
): Promise<Checkpoint | undefined | Problem> {
  const path = join(folder, runFiles.state);
  const bytes = await readIfThere(path);
  if (bytes === undefined || isProblem(bytes)) return bytes;
  const bad = (reason: string): Problem => problem("train/bad-checkpoint", { path, reason });
  let about: Partial<StateFile>;
  try {
    about = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Partial<StateFile>;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return bad("it is no JSON");
    throw error;
  }
  if (typeof about !== "object" || about === null) return bad("it is no object");
  if (about.schemaVersion !== schemaVersion)
    return bad(`its schemaVersion is ${String(about.schemaVersion)}, not ${schemaVersion}`);
  if (about.identity !== identity) return problem("train/another-run", { path: folder });
  const { epochsDone, steps, slots: named, metrics, best } = about;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(epochsDone) || !isCount(steps) || !slotFiles.test(String(named?.file)) || !Array.isArray(metrics)) {
    return bad("something is missing in it");
  }
  if (!metrics.every(isEpochRecord) || !(best === null || isBest(best)))
    return bad("its metrics are not what was written");
  if (metrics.length !== epochsDone) return bad(`it has metrics of ${metrics.length} epochs, not of ${epochsDone}`);
  const file = named?.file as string;
  const content = await readIfThere(join(folder, file));
  if (isProblem(content)) return content;
  if (content === undefined) return bad(`${file} is missing`);
  if (sha256([content]) !== named?.sha256) return bad(`${file} is not the file that was written`);
  const read = readSafetensors(content, file);
  if (read.kind === "refused") return bad(`${file} is no safetensors file`);
  const state = new Map([...read.value.tensors].map(([name, tensor]) => [name, tensor.float32().slice()] as const));
  for (const [name, length] of slots)
    if (state.get(name)?.length !== length) return bad(`${file} has no ${name} of ${length} numbers`);
  if (state.size !== slots.size) return bad(`${file} has ${state.size} tensors, not ${slots.size}`);
  return { standing: { epochsDone, steps, best: best ?? undefined, state }, metrics };
}
