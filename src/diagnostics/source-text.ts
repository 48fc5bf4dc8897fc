import { type LineIndex, type Location, lineIndex } from "./line-index.js";
import type { Span } from "./span.js";

/** The texts that spans point into, and the names of their files for people. */
export interface SourceTexts {
  /** The printed name of a file: relative to the current folder. */
  displayName(file: string): string;
  /** The file's lines; undefined if its text is unavailable. */
  lines(file: string): LineIndex | undefined;
}

/** Source texts by file; `displayName` defaults to the identity. */
export function sourceTexts(
  textOf: (file: string) => string | undefined,
  displayName: (file: string) => string = (file) => file,
): SourceTexts {
  const indexes = new Map<string, LineIndex>();
  const names = new Map<string, string>();
  return {
    displayName(file) {
      const name = names.get(file) ?? displayName(file);
      names.set(file, name);
      return name;
    },
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

/** No texts: for diagnostics without spans. */
export const noSourceTexts: SourceTexts = sourceTexts(() => undefined);

export interface LocatedSpan {
  readonly file: string;
  readonly start: Location;
  readonly end: Location;
}

/** The position of a span, for people; undefined if its file's text is unavailable. */
export function locateSpan(span: Span, sources: SourceTexts): LocatedSpan | undefined {
  const lines = sources.lines(span.file);
  if (lines === undefined) return undefined;
  return { file: sources.displayName(span.file), start: lines.locate(span.start), end: lines.locate(span.end) };
}

/** `FILE:LINE:COLUMN`, or only the file if its text is unavailable. */
export function formatPlace(span: Span, sources: SourceTexts): string {
  const place = locateSpan(span, sources);
  return place === undefined
    ? sources.displayName(span.file)
    : `${place.file}:${place.start.line}:${place.start.column}`;
}
