import type { Diagnostic, Related } from "./diagnostic.js";
import { displayWidth, expandTabs, oneLine, readable, visible } from "./display-text.js";
import type { LineIndex } from "./line-index.js";
import { type Paint, plainPaint, type Style } from "./paint.js";
import { formatPlace, type SourceTexts } from "./source-text.js";
import type { Span } from "./span.js";
import { wrapText } from "./wrap-text.js";

/** Longer lines are cut around the span, in UTF-16 units and in terminal columns; a terminal may be narrower. */
const longestLine = 200;
/** Share of a cut line that is used for the text before the span. */
const shareBefore = 0.3;
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

/** The start of a window into `text` that shows `start`; near the line's end, the window is moved back to be full. */
function startOfWindow(text: string, start: number, longest: number): number {
  const cutBefore = Math.floor(longest * shareBefore);
  if (!isWiderThan(text.slice(0, start), longest - cutBefore)) return 0;
  const fromEnd = text.length - longest;
  const isFull = fromEnd < start - cutBefore && !isWiderThan(text.slice(Math.max(0, fromEnd)), longest);
  return Math.max(0, isFull ? fromEnd : start - cutBefore);
}

/** The end of a window into `text` that begins at `left`. */
function endOfWindow(text: string, left: number, longest: number): number {
  let right = Math.min(text.length, left + longest);
  for (let width = displayWidth(text.slice(left, right)); width > longest; ) {
    right -= Math.ceil((width - longest) / 2);
    width = displayWidth(text.slice(left, right));
  }
  return right;
}

/** One line of a frame: the text and its underline, in terminal columns. */
function frameLine(lines: LineIndex, line: number, [from, to]: readonly [number, number], longest: number): FrameLine {
  // Of the same length: what is not seen has a sign of its own, which takes room.
  const whole = visible(lines.lineText(line));
  let text = whole;
  let start = Math.min(from, text.length);
  let end = Math.min(Math.max(to, start), text.length);
  if (isWiderThan(text, longest)) {
    const left = startOfWindow(text, start, longest);
    const right = endOfWindow(text, left, longest);
    const before = left > 0 ? "…" : "";
    text = before + text.slice(left, right) + (right < whole.length ? "…" : "");
    start += before.length - left;
    end = Math.min(end, right) + before.length - left;
  }
  const indent = displayWidth(text.slice(0, start));
  return { line, text, indent, marks: Math.max(1, displayWidth(text.slice(start, end), indent)) };
}

/** The lines to show for a span; `undefined` means omitted lines. */
function frameLines(span: Span, lines: LineIndex, longest: number): readonly (FrameLine | undefined)[] {
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
    if (text.trim() !== "" || line === start.line) shown.push(frameLine(lines, line, [from, to], longest));
  }
  return shown;
}

interface FrameLook {
  readonly mark: string;
  readonly style: Style;
  readonly gutter: number;
  readonly paint: Paint;
  readonly width: number | undefined;
}

function renderFrame(span: Span, sources: SourceTexts, { mark, style, gutter, paint, width }: FrameLook): string[] {
  const bar = paint("blue", "|");
  const rows = [`${" ".repeat(gutter)}${paint("blue", "-->")} ${oneLine(formatPlace(span, sources))}`];
  const lines = sources.lines(span.file);
  if (lines === undefined) return rows;
  rows.push(`${" ".repeat(gutter)} ${bar}`);
  // Space for the bar, and for the marks of a cut line.
  const longest = width === undefined ? longestLine : Math.min(longestLine, Math.max(20, width - gutter - 5));
  for (const shown of frameLines(span, lines, longest)) {
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

/** A long chain of blocks: both ends, and the number omitted between. */
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

/** One diagnostic for people: message and code, the underlined text with its line number, related places, help. */
export function renderPretty(
  diagnostic: Diagnostic,
  sources: SourceTexts,
  paint: Paint = plainPaint,
  width?: number,
): string {
  const style = severityStyle[diagnostic.severity];
  const gutter = gutterOf(diagnostic, sources);
  const margin = " ".repeat(gutter);
  const look = { gutter, paint, width };
  // After a bar: CI executes a line that begins with `::` as a command, even after spaces.
  const below = `${margin} ${paint("blue", "|")} `;
  const prose = (text: string, taken: number, hang = ""): string =>
    wrapText(text, { width, margin: `${below}${hang}`, taken });
  const kind = `${diagnostic.severity}[${diagnostic.code}]`;
  const message = prose(oneLine(readable(diagnostic.message)), kind.length + 2);
  const [first = "", ...more] = message.split("\n");
  const rows = [`${paint(style, kind)}${paint("bold", `: ${first}`)}`, ...more];
  if (diagnostic.span !== undefined) rows.push(...renderFrame(diagnostic.span, sources, { ...look, mark: "^", style }));
  for (const related of shortened(diagnostic.related)) {
    if (typeof related === "number") {
      rows.push(`${paint("blue", "note")}: ${related} more between`);
      continue;
    }
    rows.push(`${paint("blue", "note")}: ${prose(oneLine(readable(related.message)), 6)}`);
    rows.push(...renderFrame(related.span, sources, { ...look, mark: "-", style: "blue" }));
  }
  const hang = " ".repeat(6);
  const help = readable(diagnostic.help)
    .split("\n")
    .map((line) => prose(line, gutter + 9, hang))
    .join(`\n${below}${hang}`);
  rows.push(`${margin} ${paint("blue", "=")} ${paint("cyan", "help")}: ${help}`);
  return `${rows.join("\n")}\n`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `2 errors, 1 warning`, or nothing if there are none. */
export function summarize(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""]
    .filter((part) => part !== "")
    .join(", ");
}
