/**
 * Strict CSV (RFC 4180): a cell is quoted only if it contains a comma, a quote or a line break. For files that lferc writes;
 * other data sets are read by `data/csv.ts`, which accepts what Python accepts.
 */

/** A row of a table, and the line it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The error in the text, in words. */
export interface CsvFault {
  readonly line: number;
  readonly fault: string;
}

const [quote, comma, feed, carriage] = ['"', ",", "\n", "\r"];

/** The rows of a text, one by one; empty lines are skipped. Ends at the first error. */
export function* csvRows(text: string): Generator<CsvRow | CsvFault> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const row = { line, cells: [] as string[] };
    for (let isEnd = false; !isEnd; ) {
      const cell = text[at] === quote ? quotedCell(text, at) : plainCell(text, at);
      if (cell === undefined) {
        yield { line: row.line, fault: "a quotation mark stands where none may, or is not closed" };
        return;
      }
      row.cells.push(cell.value);
      for (let i = at; i < cell.end; i++) if (text[i] === feed) line++;
      at = cell.end;
      isEnd = text[at] !== comma;
      if (!isEnd) at++;
    }
    if (text[at] === carriage) at++;
    if (text[at] === feed) at++;
    line++;
    if (row.cells.length > 1 || row.cells[0] !== "") yield row;
  }
}

interface Cell {
  readonly value: string;
  readonly end: number;
}

const endOfPlain = /[",\r\n]/g;

function plainCell(text: string, from: number): Cell | undefined {
  endOfPlain.lastIndex = from;
  const end = endOfPlain.exec(text)?.index ?? text.length;
  return text[end] === quote ? undefined : { value: text.slice(from, end), end };
}

function quotedCell(text: string, from: number): Cell | undefined {
  let value = "";
  for (let at = from + 1; ; ) {
    const end = text.indexOf(quote, at);
    if (end < 0) return undefined;
    value += text.slice(at, end);
    if (text[end + 1] !== quote) {
      const after = text[end + 1];
      const isClosed = after === undefined || after === comma || after === feed || after === carriage;
      return isClosed ? { value, end: end + 1 } : undefined;
    }
    value += quote;
    at = end + 2;
  }
}

/** A cell in the form that {@link csvRows} reads. */
export const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) || text.startsWith("\ufeff") ? `"${text.replaceAll('"', '""')}"` : text;

/** One line of a table. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\n`;
