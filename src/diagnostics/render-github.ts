import type { Diagnostic } from "./diagnostic.js";
import { printable, readable } from "./display-text.js";
import { locateSpan, type SourceTexts } from "./source-text.js";

/** GitHub's escapes for the text after `::`, and for a property before it ("Workflow commands", toolkit `command.ts`). */
const escapeData = (text: string): string =>
  printable(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** One annotation for GitHub Actions: shown at the line of the file in a pull request. */
export function renderGithub(diagnostic: Diagnostic, sources: SourceTexts): string {
  const place = diagnostic.span && locateSpan(diagnostic.span, sources);
  const properties: string[] = [];
  if (diagnostic.span !== undefined) {
    properties.push(`file=${escapeProperty(sources.displayName(diagnostic.span.file))}`);
  }
  if (place !== undefined) {
    properties.push(`line=${place.start.line}`, `endLine=${place.end.line}`);
    // GitHub accepts columns only if start and end are on one line.
    if (place.start.line === place.end.line) {
      properties.push(`col=${place.start.column}`, `endColumn=${place.end.column}`);
    }
  }
  properties.push(`title=${escapeProperty(diagnostic.code)}`);
  const related = diagnostic.related.map((r) => {
    const at = locateSpan(r.span, sources);
    return `${readable(r.message)}${at === undefined ? "" : ` (${at.file}:${at.start.line}:${at.start.column})`}`;
  });
  const text = [readable(diagnostic.message), ...related, `help: ${readable(diagnostic.help)}`].join("\n");
  return `::${diagnostic.severity} ${properties.join(",")}::${escapeData(text)}\n`;
}
