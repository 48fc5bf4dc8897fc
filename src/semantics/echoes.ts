import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type { Sources } from "./program.js";

/** What a declaration that the parser lost makes others miss. */
const missingNameCodes: readonly string[] = ["resolve/unknown-name", "resolve/not-a-model", "import/unknown-name"];

/**
 * Leaves out what only echoes a syntax error: mistakes inside a declaration that was not read whole, and names that are
 * unknown because their declaration was lost. Each mistake is said once.
 */
export function withoutEchoes(sources: Sources, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const broken = new Map<string, readonly Span[]>();
  for (const file of sources.files.values()) {
    const errors = file.diagnostics.filter((d) => d.severity === "error");
    if (errors.length === 0) continue;
    const spans = file.tree.declarations.map((declaration) => declaration.span);
    broken.set(
      file.path,
      spans.filter((span) => errors.some((error) => error.span !== undefined && touches(span, error.span))),
    );
  }
  if (broken.size === 0) return diagnostics;
  const isEcho = ({ code, span }: Diagnostic): boolean => {
    if (code.startsWith("syntax/")) return false;
    if (missingNameCodes.includes(code)) return true;
    const damaged = span === undefined ? undefined : broken.get(span.file);
    return damaged?.some((declaration) => touches(declaration, span as Span)) === true;
  };
  return diagnostics.filter((diagnostic) => !isEcho(diagnostic));
}

function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}
