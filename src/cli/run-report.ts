/**
 * Writes a run's report files for people, after each epoch and at the end. Each file goes through `writeRunFile`, so that a
 * full disk is reported and no file is incomplete.
 */
import { type Diagnostic, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import { curvesSvg } from "../report/curves-svg.js";
import { keepEvents } from "../report/keep-events.js";
import { renderSummary } from "../report/summary-text.js";
import type { Best, EpochRecord } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import { writeRunFile } from "../training/run-folder.js";
import { reportOnRun } from "./gather-report.js";
import { widthOn } from "./terminal.js";

export interface ReportedRun {
  readonly folder: string;
  /** A short title of the run. */
  readonly title: string;
  readonly records: readonly EpochRecord[];
  readonly best: Best | undefined;
}

/** In seconds, as in TensorBoard's format. */
const now = (): number => Date.now() / 1000;

/** After each epoch. */
export async function reportEpoch({ folder, title, records, best }: ReportedRun): Promise<Problem | undefined> {
  return (
    (await writeRunFile(folder, runFiles.curves, curvesSvg({ title, records, best }))) ??
    (await keepEvents(folder, records, now()))
  );
}

export interface EndedRun {
  readonly cwd: string;
  readonly folder: string;
  readonly records: readonly EpochRecord[];
  /** The location of its pictures, as the user wrote it. */
  readonly data: string | undefined;
  /** The student in inference form. */
  readonly graph: Graph;
}

export interface EndReport {
  /** Its metrics, in a few lines for a terminal. */
  readonly summary: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Called when the run is complete and its predictions and model are written; also for a run that was finished before, or
 * stopped.
 */
export async function reportRun({ cwd, folder, records, data, graph }: EndedRun): Promise<EndReport> {
  // A run may have been killed between its last epoch and writing its events.
  const unwritten = await keepEvents(folder, records, now());
  const made = await reportOnRun({ cwd, folder, data, graph, isOver: true });
  const diagnostics = [
    ...(unwritten === undefined ? [] : [unwritten.diagnose({})]),
    ...(isProblem(made) ? [made.diagnose({})] : made.diagnostics),
  ];
  const summary = isProblem(made) || made.summary === undefined ? undefined : made.summary;
  return { summary: summary === undefined ? "" : renderSummary(summary, widthOn(process.stdout)), diagnostics };
}
