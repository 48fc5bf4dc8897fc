/** A position in a text: line and column from 1, columns in UTF-16 units. */
export interface Location {
  readonly line: number;
  readonly column: number;
}

export interface LineIndex {
  readonly lineCount: number;
  /** The position of an offset; offsets outside the text are moved to its nearest end. */
  locate(offset: number): Location;
  /** The text of a line (from 1) without its line break; empty if there is no such line. */
  lineText(line: number): string;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Offsets of line beginnings. LF, CRLF and a lone CR each end a line. */
function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === lineFeed || (unit === carriageReturn && text.charCodeAt(i + 1) !== lineFeed)) starts.push(i + 1);
  }
  return Uint32Array.from(starts);
}

/** Finds lines and columns of offsets in `text` by bisection; the text is scanned once, on first use. */
export function lineIndex(text: string): LineIndex {
  let found: Uint32Array | undefined;
  const starts = (): Uint32Array => {
    found ??= lineStarts(text);
    return found;
  };
  const startOf = (line: number): number => starts()[line - 1] ?? text.length;
  return {
    get lineCount() {
      return starts().length;
    },
    locate(offset) {
      const at = Math.max(0, Math.min(text.length, Math.trunc(offset)));
      let low = 1;
      let high = starts().length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (startOf(middle) <= at) low = middle;
        else high = middle - 1;
      }
      return { line: low, column: at - startOf(low) + 1 };
    },
    lineText(line) {
      if (line < 1 || line > starts().length) return "";
      let end = line === starts().length ? text.length : startOf(line + 1);
      while (
        end > startOf(line) &&
        (text.charCodeAt(end - 1) === lineFeed || text.charCodeAt(end - 1) === carriageReturn)
      )
        end--;
      return text.slice(startOf(line), end);
    },
  };
}
