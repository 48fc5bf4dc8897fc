import type { Diagnostic, DiagnosticCode } from "../diagnostics/diagnostic.js";

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
export function applyFixes(
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
