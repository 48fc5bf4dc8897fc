import { catalogue } from "./catalogue.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Entry } from "./entry.js";
import type { Located } from "./render-json.js";
import { locateSpan, type SourceTexts } from "./source-text.js";
import type { Span } from "./span.js";

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** A path as a URI: relative to the current folder if it is inside. */
function uriOf(path: string): string {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  if (path.startsWith("/")) return `file://${uri}`;
  // `C:/x` would be parsed as a URI with scheme `C`.
  return /^[A-Za-z]:/.test(path) ? `file:///${uri.replace("%3A", ":")}` : uri;
}

function regionOf(span: Span, sources: SourceTexts): object | undefined {
  const place = locateSpan(span, sources);
  if (place === undefined) return undefined;
  const { start, end } = place;
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function locationOf(span: Span, sources: SourceTexts): object {
  const region = regionOf(span, sources);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(sources.displayName(span.file)) },
      ...(region === undefined ? {} : { region }),
    },
  };
}

function fixOf({ title, span, text }: NonNullable<Diagnostic["fix"]>, sources: SourceTexts): object | undefined {
  const deletedRegion = regionOf(span, sources);
  if (deletedRegion === undefined) return undefined;
  const artifactLocation = { uri: uriOf(sources.displayName(span.file)) };
  const replacements = [{ deletedRegion, insertedContent: { text } }];
  return { description: { text: title }, artifactChanges: [{ artifactLocation, replacements }] };
}

function resultOf([diagnostic, sources]: Located, rules: readonly string[]): object {
  const { code, severity, message, help, span, related } = diagnostic;
  const fix = diagnostic.fix === undefined ? undefined : fixOf(diagnostic.fix, sources);
  const relatedLocations = related.map((r, id) => ({
    id,
    message: { text: r.message },
    ...locationOf(r.span, sources),
  }));
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: severity,
    message: { text: `${message}\n${help}` },
    ...(span === undefined ? {} : { locations: [locationOf(span, sources)] }),
    ...(related.length === 0 ? {} : { relatedLocations }),
    ...(fix === undefined ? {} : { fixes: [fix] }),
  };
}

/** One SARIF 2.1.0 log for code-scanning services; `version` is lferc's. */
export function renderSarif(located: readonly Located[], version: string): string {
  const entries = catalogue as unknown as Readonly<Record<string, Entry<never>>>;
  const rules = [...new Set(located.map(([{ code }]) => code as string))].sort();
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "lferc",
            semanticVersion: version,
            rules: rules.map((id) => ({
              id,
              fullDescription: { text: entries[id]?.explanation ?? "" },
              help: { text: `lferc explain ${id}` },
              defaultConfiguration: { level: entries[id]?.severity },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: located.map((each) => resultOf(each, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
