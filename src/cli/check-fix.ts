/** `check --fix`. */
import type { Results } from "../analysis/measured.js";
import { type Diagnostic, type DiagnosticCode, diagnose } from "../diagnostics/diagnostic.js";
import { writeFailure } from "../diagnostics/file-failures.js";
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

/** The text of `file` with the safe fixes applied, and their number; of fixes that overlap, the first. */
function applyFixes(
  file: string,
  text: string,
  diagnostics: readonly Diagnostic[],
): { readonly text: string; readonly count: number } {
  const fixes = diagnostics
    .flatMap(({ code, fix }) => (fix !== undefined && safe.has(code) && fix.span.file === file ? [fix] : []))
    .sort((a, b) => a.span.start - b.span.start);
  let result = "";
  let at = 0;
  let count = 0;
  for (const { span, text: put } of fixes) {
    if (span.start < at) continue;
    result += text.slice(at, span.start) + put;
    at = span.end;
    count++;
  }
  return { text: result + text.slice(at), count };
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
    const written = await writeFileWhole(file, [new TextEncoder().encode(text)]);
    if (written.kind !== "written") {
      const failure = diagnose("tool/cannot-write", { path: compiled.path, reason: writeFailure(written.code) });
      return { compiled, fixed, failures: [failure] };
    }
    fixed += count;
    compiled = await compileFile(file, cwd, { results });
  }
  return { compiled, fixed, failures: [] };
}
