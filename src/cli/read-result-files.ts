import { resolve } from "node:path";
import type { MeasuredResult, Results } from "../analysis/measured.js";
import { mostResultBytes, readResults } from "../analysis/read-results.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { readStoredText } from "../formats/stored-text.js";
import { readRegularFile } from "../hosts/read-regular-file.js";

export interface ReadResultFiles extends Results {
  /** Absolute paths. */
  readonly inputs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The results in the files of `--results`; an error in one does not affect the others. */
export async function readResultFiles(paths: readonly string[], cwd: string): Promise<ReadResultFiles> {
  const files = [...new Set(paths)];
  const results: MeasuredResult[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of files) {
    const bytes = await readRegularFile(resolve(cwd, path), mostResultBytes);
    if (typeof bytes === "string") {
      diagnostics.push(diagnose("budget/not-results", { path, reason: bytes }));
      continue;
    }
    const stored = readStoredText(bytes);
    if (typeof stored === "string") {
      diagnostics.push(diagnose("budget/not-results", { path, reason: stored }));
      continue;
    }
    const read = readResults(stored.text, path);
    if (isProblem(read)) diagnostics.push(read.diagnose({}));
    else results.push(...read);
  }
  const inputs = files.map((path) => resolve(cwd, path));
  return { files, results, isIncomplete: diagnostics.length > 0, inputs, diagnostics };
}
