import { type LineIndex, type Location, lineIndex } from "./line-index.js";
import type { Span } from "./span.js";

/** The texts that spans point into, and the names that people know their files by. */
export interface SourceTexts {
  /** The name to print for a file: relative to where the user stands. */
  displayName(file: string): string;
  /** The file's lines; undefined where its text is not at hand. */
  lines(file: string): LineIndex | undefined;
}

/** Source texts by file; `displayName` is the identity unless given. */
export function sourceTexts(
  textOf: (file: string) => string | undefined,
  displayName: (file: string) => string = (file) => file,
): SourceTexts {
  const indexes = new Map<string, LineIndex>();
  return {
    displayName,
    lines(file) {
      const known = indexes.get(file);
      if (known !== undefined) return known;
      const text = textOf(file);
      if (text === undefined) return undefined;
      const index = lineIndex(text);
      indexes.set(file, index);
      return index;
    },
  };
}

/** No texts: for diagnostics that point at none. */
export const noSourceTexts: SourceTexts = sourceTexts(() => undefined);

export interface LocatedSpan {
  readonly file: string;
  readonly start: Location;
  readonly end: Location;
}

/** Where a span stands, for people; undefined where its file's text is not at hand. */
export function locateSpan(span: Span, sources: SourceTexts): LocatedSpan | undefined {
  const lines = sources.lines(span.file);
  if (lines === undefined) return undefined;
  return { file: sources.displayName(span.file), start: lines.locate(span.start), end: lines.locate(span.end) };
}

/** `FILE:LINE:COLUMN`, or only the file where its text is not at hand. */
export function formatPlace(span: Span, sources: SourceTexts): string {
  const place = locateSpan(span, sources);
  return place === undefined
    ? sources.displayName(span.file)
    : `${place.file}:${place.start.line}:${place.start.column}`;
}
