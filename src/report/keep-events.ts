import { join } from "node:path";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { EpochRecord } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import { appendRunFile, readIfThere, writeRunFile } from "../training/run-folder.js";
import { eventsDue } from "./tensorboard/run-events.js";

/**
 * Updates the TensorBoard events of a run's folder to these epochs. New ones are appended, because TensorBoard keeps the file
 * open; if a process was killed while appending, or the file is another one, it is rewritten under a temporary name and
 * renamed. Each epoch occurs once.
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
