import type { Diagnostic, Related } from "./diagnostic.js";
import { displayWidth, expandTabs, oneLine, readable } from "./display-text.js";
import type { LineIndex } from "./line-index.js";
import { type Paint, plainPaint, type Style } from "./paint.js";
import { formatPlace, type SourceTexts } from "./source-text.js";
import type { Span } from "./span.js";

/** Longer lines are cut around the span, in UTF-16 units and in terminal columns. */
const longestLine = 200;
const cutBefore = 60;
/** A longer span shows its first two lines and its last. */
const mostLines = 4;
/** A longer chain of blocks shows its beginning and its end. */
const mostRelated = 8;

const severityStyle = { error: "red", warning: "yellow" } as const;

interface FrameLine {
  readonly line: number;
  readonly text: string;
  readonly indent: number;
  readonly marks: number;
}

const isWiderThan = (text: string, columns: number): boolean => text.length > columns || displayWidth(text) > columns;

/** Where a window into `text` from `left` on is full. */
function endOfWindow(text: string, left: number): number {
  let right = Math.min(text.length, left + longestLine);
  for (let width = displayWidth(text.slice(left, right)); width > longestLine; ) {
    right -= Math.ceil((width - longestLine) / 2);
    width = displayWidth(text.slice(left, right));
  }
  return right;
}

/** One line of a frame: the text, and where and how far it is underlined, in terminal columns. */
function frameLine(lines: LineIndex, line: number, from: number, to: number): FrameLine {
  let text = lines.lineText(line);
  let start = Math.min(from, text.length);
  let end = Math.min(Math.max(to, start), text.length);
  if (isWiderThan(text, longestLine)) {
    const left = isWiderThan(text.slice(0, start), longestLine - cutBefore) ? Math.max(0, start - cutBefore) : 0;
    const right = endOfWindow(text, left);
    const before = left > 0 ? "…" : "";
    text = before + text.slice(left, right) + (right < lines.lineText(line).length ? "…" : "");
    start += before.length - left;
    end = Math.min(end, right) + before.length - left;
  }
  const indent = displayWidth(text.slice(0, start));
  return { line, text, indent, marks: Math.max(1, displayWidth(text.slice(start, end), indent)) };
}

/** The lines to show for a span; `undefined` stands for lines left out. */
function frameLines(span: Span, lines: LineIndex): readonly (FrameLine | undefined)[] {
  const start = lines.locate(span.start);
  const end = lines.locate(Math.max(span.start, span.end));
  const last = end.line > start.line && end.column === 1 ? end.line - 1 : end.line;
  const shown: (FrameLine | undefined)[] = [];
  for (let line = start.line; line <= last; line++) {
    if (last - start.line + 1 > mostLines && line === start.line + 2) {
      shown.push(undefined);
      line = last;
    }
    const text = lines.lineText(line);
    const from = line === start.line ? start.column - 1 : text.length - text.trimStart().length;
    const to = line === end.line ? end.column - 1 : text.length;
    if (text.trim() !== "" || line === start.line) shown.push(frameLine(lines, line, from, to));
  }
  return shown;
}

function renderFrame(
  span: Span,
  sources: SourceTexts,
  mark: string,
  style: Style,
  gutter: number,
  paint: Paint,
): string[] {
  const bar = paint("blue", "|");
  const rows = [`${" ".repeat(gutter)}${paint("blue", "-->")} ${oneLine(formatPlace(span, sources))}`];
  const lines = sources.lines(span.file);
  if (lines === undefined) return rows;
  rows.push(`${" ".repeat(gutter)} ${bar}`);
  for (const shown of frameLines(span, lines)) {
    if (shown === undefined) {
      rows.push(paint("blue", "..."));
      continue;
    }
    const number = paint("blue", String(shown.line).padStart(gutter));
    rows.push(`${number} ${bar} ${expandTabs(shown.text)}`.trimEnd());
    rows.push(`${" ".repeat(gutter)} ${bar} ${" ".repeat(shown.indent)}${paint(style, mark.repeat(shown.marks))}`);
  }
  return rows;
}

/** A long chain of blocks: its ends, and how many are left out between. */
function shortened(related: readonly Related[]): readonly (Related | number)[] {
  if (related.length <= mostRelated) return related;
  const half = mostRelated / 2;
  return [...related.slice(0, half), related.length - mostRelated, ...related.slice(-half)];
}

function gutterOf(diagnostic: Diagnostic, sources: SourceTexts): number {
  let widest = 1;
  for (const span of [diagnostic.span, ...diagnostic.related.map((r) => r.span)]) {
    const lines = span && sources.lines(span.file);
    if (span && lines) widest = Math.max(widest, String(lines.locate(span.end).line).length);
  }
  return widest + 1;
}

/** One diagnostic for people: what and which code, the text with its line number underlined, the other places, help. */
export function renderPretty(diagnostic: Diagnostic, sources: SourceTexts, paint: Paint = plainPaint): string {
  const style = severityStyle[diagnostic.severity];
  const gutter = gutterOf(diagnostic, sources);
  const margin = " ".repeat(gutter);
  const head = paint(style, `${diagnostic.severity}[${diagnostic.code}]`);
  const rows = [`${head}${paint("bold", `: ${oneLine(readable(diagnostic.message))}`)}`];
  if (diagnostic.span !== undefined) rows.push(...renderFrame(diagnostic.span, sources, "^", style, gutter, paint));
  for (const related of shortened(diagnostic.related)) {
    if (typeof related === "number") {
      rows.push(`${paint("blue", "note")}: ${related} more between`);
      continue;
    }
    rows.push(`${paint("blue", "note")}: ${oneLine(readable(related.message))}`);
    rows.push(...renderFrame(related.span, sources, "-", "blue", gutter, paint));
  }
  // Behind a bar: CI takes a line that begins with `::` for a command, whatever white space stands before it.
  const help = readable(diagnostic.help)
    .split("\n")
    .join(`\n${margin} ${paint("blue", "|")}       `);
  rows.push(`${margin} ${paint("blue", "=")} ${paint("cyan", "help")}: ${help}`);
  return `${rows.join("\n")}\n`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `2 errors, 1 warning`, or nothing where there is none. */
export function summarize(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""]
    .filter((part) => part !== "")
    .join(", ");
}
