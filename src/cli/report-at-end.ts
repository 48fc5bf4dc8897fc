/** What a training leaves for people to look at, when it ends or is stopped. */

import { isProblem } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import { keepEvents } from "../report/keep-events.js";
import { renderSummary } from "../report/summary-text.js";
import type { EpochRecord } from "../training/metrics.js";
import { reportOnRun } from "./run-report.js";
import type { Session } from "./session.js";
import { outputWidth } from "./terminal.js";

export interface ReportedAtEnd {
  /** A few lines for the terminal. */
  readonly summary: string;
  readonly hasFailed: boolean;
}

export async function reportAtEnd(
  session: Session,
  folder: string,
  data: string | undefined,
  records: readonly EpochRecord[],
  graph: Graph,
): Promise<ReportedAtEnd> {
  // A run may have been killed between its last epoch and the events of it.
  const unwritten = await keepEvents(folder, records, Date.now() / 1000);
  const made = await reportOnRun({ cwd: session.cwd, folder, data, graph, isOver: true });
  const diagnostics = isProblem(made) ? [made.diagnose({})] : made.diagnostics;
  const all = [...(unwritten === undefined ? [] : [unwritten.diagnose({})]), ...diagnostics];
  session.report(all);
  const summary = isProblem(made) || made.summary === undefined ? "" : renderSummary(made.summary, outputWidth());
  return { summary, hasFailed: all.some(({ severity }) => severity === "error") };
}
