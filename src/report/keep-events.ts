import { join } from "node:path";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { EpochRecord } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import { appendRunFile, readIfThere, writeRunFile } from "../training/run-folder.js";
import { eventsDue } from "./tensorboard/run-events.js";

/**
 * Brings the TensorBoard events of a run's folder to these epochs. What is new is written behind the rest, for TensorBoard keeps
 * the file open; where a process was killed in the middle of that, or the file is another one, it is written anew beside its
 * place and renamed: each epoch stands there once.
 */
export async function keepEvents(
  folder: string,
  records: readonly EpochRecord[],
  now: number,
): Promise<Problem | undefined> {
  const found = await readIfThere(join(folder, runFiles.events));
  const bytes = found === undefined || isProblem(found) ? new Uint8Array() : found;
  const due = eventsDue(bytes, records, now);
  if (due === undefined) return undefined;
  return due.how === "anew"
    ? writeRunFile(folder, runFiles.events, due.bytes)
    : appendRunFile(folder, runFiles.events, bytes.length, due.bytes);
}
