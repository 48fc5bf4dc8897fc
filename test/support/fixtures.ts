import { readdirSync, readFileSync } from "node:fs";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";

/** A mark in a fixture: `//~ error CODE` refers to its own line, each `^` after the `~` to one line further up. */
const mark = /\/\/~(\^*) (error|warning) (\S+)/g;

/** The marks of a fixture as sorted lines `12: error syntax/missing-else`. */
export function expectedMarks(text: string): readonly string[] {
  const marks: string[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    for (const [, up = "", severity, code] of line.matchAll(mark)) {
      marks.push(`${index + 1 - up.length}: ${severity} ${code}`);
    }
  }
  return marks.sort(byLine);
}

/** Diagnostics in the form of {@link expectedMarks}. A diagnostic without a span counts as line 0. */
export function actualMarks(text: string, diagnostics: readonly Diagnostic[]): readonly string[] {
  const lines = diagnostics.map((d) => {
    const line = d.span === undefined ? 0 : text.slice(0, d.span.start).split(/\r\n|\r|\n/).length;
    return `${line}: ${d.severity} ${d.code}`;
  });
  return lines.sort(byLine);
}

const byLine = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);

/** The errors of a fixture: diagnostics without a mark, and marks without a diagnostic; empty if all match. */
export function compareMarks(text: string, diagnostics: readonly Diagnostic[]): readonly string[] {
  const missing = [...expectedMarks(text)];
  const problems: string[] = [];
  for (const found of actualMarks(text, diagnostics)) {
    const at = missing.indexOf(found);
    if (at < 0) problems.push(`not marked: ${found}`);
    else missing.splice(at, 1);
  }
  return [...problems, ...missing.map((m) => `not found: ${m}`)];
}

/** The `.lfer` files of a folder of fixtures, by name. */
export function fixturesIn(folder: URL): readonly { readonly name: string; readonly text: string }[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".lfer"));
  return files.sort().map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
}
