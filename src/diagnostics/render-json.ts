import type { Diagnostic } from "./diagnostic.js";
import type { SourceTexts } from "./source-text.js";
import type { Span } from "./span.js";

/** A span in JSON: offsets and columns count UTF-16 units; lines and columns are absent if the text is unavailable. */
function spanJson(span: Span, sources: SourceTexts): object {
  const lines = sources.lines(span.file);
  const at = (offset: number): object => ({ offset, ...lines?.locate(offset) });
  return { file: sources.displayName(span.file), start: at(span.start), end: at(span.end) };
}

function diagnosticJson(diagnostic: Diagnostic, sources: SourceTexts): object {
  const { code, severity, message, help, span, related, fix } = diagnostic;
  return {
    code,
    severity,
    message,
    help,
    span: span === undefined ? null : spanJson(span, sources),
    related: related.map((r) => ({ message: r.message, span: spanJson(r.span, sources) })),
    ...(fix === undefined ? {} : { fix: { title: fix.title, span: spanJson(fix.span, sources), text: fix.text } }),
  };
}

/** A diagnostic with the texts that it points into. */
export type Located = readonly [Diagnostic, SourceTexts];

/** One JSON object for programs: `{ schemaVersion, errors, warnings, diagnostics }`, plus further requested fields. */
export function renderJson(located: readonly Located[], more: Readonly<Record<string, unknown>> = {}): string {
  const errors = located.filter(([d]) => d.severity === "error").length;
  const document = {
    schemaVersion: 1,
    errors,
    warnings: located.length - errors,
    diagnostics: located.map(([diagnostic, sources]) => diagnosticJson(diagnostic, sources)),
    ...more,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
