/**
 * What is drawn and written of a run for people to look at, besides what it needs itself: after each epoch, and when all is
 * done. Each file through `writeRunFile`, so that a full disk is told and nothing is half written.
 */
import type { Problem } from "../diagnostics/diagnostic.js";
import { curvesSvg } from "../report/curves-svg.js";
import type { Best, EpochRecord } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import { writeRunFile } from "../training/run-folder.js";

export interface ReportedRun {
  readonly folder: string;
  /** The run in a few words. */
  readonly title: string;
  readonly records: readonly EpochRecord[];
  readonly best: Best | undefined;
}

/** After each epoch. */
export async function reportEpoch({ folder, title, records, best }: ReportedRun): Promise<Problem | undefined> {
  return writeRunFile(folder, runFiles.curves, curvesSvg(title, records, best));
}

/** When the run is through, its answers and its model are written; also for one that was finished before. */
export async function reportRun(run: ReportedRun): Promise<Problem | undefined> {
  return reportEpoch(run);
}
