import type { Diagnostic, Problem } from "../diagnostics/diagnostic.js";
import { runFiles } from "../training/run-files.js";
import { writeRunFile } from "../training/run-folder.js";
import { confusionSvg } from "./confusion-svg.js";
import { curvesSvg } from "./curves-svg.js";
import { reportPage } from "./report-page.js";
import { type Shown, titleOf } from "./shown.js";

export interface WrittenReport {
  /** Names of the files in the run's folder. */
  readonly files: readonly string[];
  readonly unwritten: Problem | undefined;
}

/** Writes a run's report files, from what was read of its folder; each file is complete, or unchanged. */
export async function writeRunReport(shown: Shown, warnings: readonly Diagnostic[]): Promise<WrittenReport> {
  const title = titleOf(shown.facts);
  const { records, best, folder } = shown.run;
  const { lossScale } = shown.extras;
  const files: (readonly [string, string])[] = [
    ...(records.length === 0 ? [] : [[runFiles.curves, curvesSvg({ title, records, best, lossScale })] as const]),
    ...(shown.summary === undefined ? [] : [[runFiles.confusion, confusionSvg(title, shown.summary)] as const]),
    [runFiles.report, reportPage(shown, warnings)],
  ];
  const written: string[] = [];
  for (const [name, text] of files) {
    const unwritten = await writeRunFile(folder, name, text);
    if (unwritten !== undefined) return { files: written, unwritten };
    written.push(name);
  }
  return { files: written, unwritten: undefined };
}
