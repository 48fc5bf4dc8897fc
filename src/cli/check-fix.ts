/** `check --fix`. */
import type { Results } from "../analysis/measured.js";
import { type Diagnostic, type DiagnosticCode, diagnose } from "../diagnostics/diagnostic.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { readStoredText, storedText } from "../formats/stored-text.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { writeFileWhole } from "../hosts/write-file.js";
import { compileFile } from "./compile-file.js";

/** Codes whose fix can only mean what was written: no word is guessed, and no value changes. */
const safe: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "lint/no-edition",
  "syntax/single-quotes",
  "syntax/wrong-operator",
  "syntax/equals-for-colon",
  "syntax/colon-for-equals",
  "syntax/equals-for-comparison",
]);

/** The line break of a text; of both kinds, the first one's. */
const lineBreakOf = (text: string): string => /\r?\n/.exec(text)?.[0] ?? "\n";

/** The text of `file` with the safe fixes applied, and their number; of fixes that overlap, the first. */
function applyFixes(
  file: string,
  text: string,
  diagnostics: readonly Diagnostic[],
): { readonly text: string; readonly count: number } {
  const fixes = diagnostics
    .flatMap(({ code, fix }) => (fix !== undefined && safe.has(code) && fix.span.file === file ? [fix] : []))
    .sort((a, b) => a.span.start - b.span.start);
  const lineBreak = lineBreakOf(text);
  let result = "";
  let at = 0;
  let count = 0;
  for (const { span, text: put } of fixes) {
    if (span.start < at) continue;
    result += text.slice(at, span.start) + put.replaceAll("\n", lineBreak);
    at = span.end;
    count++;
  }
  return { text: result + text.slice(at), count };
}

/** Replaces the text of a file, in its encoding; in words why it cannot be: something else may have changed it. */
async function rewrite(file: string, before: string, after: string): Promise<string | undefined> {
  const bytes = await readRegularFile(file);
  if (typeof bytes === "string") return bytes;
  const stored = readStoredText(bytes);
  if (typeof stored === "string" || stored.text !== before) return writeFailure("ECHANGED");
  const written = await writeFileWhole(file, [storedText(after, stored)], bytes);
  return written.kind === "written" ? undefined : writeFailure(written.code);
}

/** Rounds of `--fix`: a file with errors has no lints yet, and mended ones may show others. */
const fixRounds = 3;

/** Writes a file with what has a safe fix, and compiles it. */
export async function compileFixed(file: string, cwd: string, results: Results) {
  let compiled = await compileFile(file, cwd, { results });
  let fixed = 0;
  for (let round = 0; round < fixRounds; round++) {
    const { entry, files } = compiled.sources;
    const { text, count } = applyFixes(entry, files.get(entry)?.text ?? "", compiled.diagnostics);
    if (count === 0) break;
    const reason = await rewrite(file, files.get(entry)?.text ?? "", text);
    if (reason !== undefined) {
      return { compiled, fixed, failures: [diagnose("tool/cannot-write", { path: compiled.path, reason })] };
    }
    fixed += count;
    compiled = await compileFile(file, cwd, { results });
  }
  return { compiled, fixed, failures: [] };
}
