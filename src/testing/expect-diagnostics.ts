import type { Diagnostic, DiagnosticCode } from "../diagnostics/diagnostic.js";
import { renderPretty } from "../diagnostics/render-pretty.js";
import { formatPlace } from "../diagnostics/source-text.js";
import { type Texts, textsForRendering } from "./compile-text.js";

/** The expected diagnostic: the code, and optionally `LINE:COLUMN` and part of the message. */
export interface ExpectedDiagnostic {
  readonly code: DiagnosticCode;
  /** `LINE:COLUMN`, or `FILE:LINE:COLUMN` if several files are compiled. */
  readonly at?: string;
  /** A part of the message. */
  readonly message?: string;
}

/** Throws, showing every diagnostic, unless they are exactly the expected ones in that order. */
export function expectDiagnostics(
  texts: Texts,
  diagnostics: readonly Diagnostic[],
  expected: readonly ExpectedDiagnostic[],
): void {
  const sources = textsForRendering(texts);
  const matches = (diagnostic: Diagnostic, { code, at, message }: ExpectedDiagnostic): boolean => {
    const place = diagnostic.span === undefined ? "" : formatPlace(diagnostic.span, sources);
    return (
      diagnostic.code === code &&
      (at === undefined || place === at || place === `main.lfer:${at}`) &&
      (message === undefined || diagnostic.message.includes(message))
    );
  };
  const same =
    diagnostics.length === expected.length && expected.every((e, i) => matches(diagnostics[i] as Diagnostic, e));
  if (same) return;
  const wanted = expected.map((e) => [e.code, e.at, e.message].filter((part) => part !== undefined).join(" "));
  const actual = diagnostics.map((diagnostic) => renderPretty(diagnostic, sources)).join("\n");
  throw new Error(`expected ${wanted.join(" | ") || "no diagnostics"}, got ${diagnostics.length}:\n${actual}`);
}

/** Throws and shows the diagnostics, if there are any. */
export function expectNoDiagnostics(texts: Texts, diagnostics: readonly Diagnostic[]): void {
  expectDiagnostics(texts, diagnostics, []);
}
