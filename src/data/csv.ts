/** CSV as in RFC 4180, read as a stream: columns by the names in the first line, quoted fields, line breaks within them. */
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { BadLines, eachLine, type Line, lineLimit, type Verdict } from "./text-lines.js";

export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line in which it begins, and its offset in the file. */
  readonly line: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Calls `look` for each record of a file, including the header; empty records are skipped. */
export async function eachRecord(path: string, look: (record: CsvRecord) => Verdict): Promise<Problem | undefined> {
  let open: { text: string; first: Line; bytes: number } | undefined;
  const unread = await eachLine(path, (line) => {
    if (open === undefined && line.text === "") return undefined;
    const text = open === undefined ? line.text : `${open.text}\n${line.text}`;
    const first = open?.first ?? line;
    const bytes = (open?.bytes ?? 0) + line.bytes;
    // A line break between quotes belongs to the field. The number of quotes decides; quotes within fields are doubled.
    if (countQuotes(line.text) % 2 === (open === undefined ? 1 : 0)) {
      if (text.length > lineLimit) return { reason: `the quotes that open in line ${first.number} do not close` };
      open = { text, first, bytes };
      return undefined;
    }
    open = undefined;
    return look({ fields: splitFields(text), line: first.number, offset: first.offset, bytes });
  });
  if (unread !== undefined || open === undefined) return unread;
  return problem("data/unreadable-table", {
    path,
    reason: `the quotes that open in line ${open.first.number} do not close`,
  });
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** The fields of a record: between commas, or between quotes, where two quotes mean one. */
export function splitFields(text: string): readonly string[] {
  if (!text.includes('"')) return text.split(",");
  const fields: string[] = [];
  for (let at = 0; at <= text.length; ) {
    let field = "";
    let end = at;
    // Spaces before a quote are ignored.
    const quote = /^ *"/.exec(text.slice(at, at + 64));
    if (quote === null) {
      end = text.indexOf(",", at);
      if (end === -1) end = text.length;
      field = text.slice(at, end);
    } else {
      end = at + quote[0].length;
      for (let close = text.indexOf('"', end); close !== -1; close = text.indexOf('"', end)) {
        field += text.slice(end, close);
        end = close + 1;
        if (text[end] !== '"') break;
        field += '"';
        end++;
      }
      const comma = text.indexOf(",", end);
      const stop = comma === -1 ? text.length : comma;
      field += text.slice(end, stop).trimEnd();
      end = stop;
    }
    fields.push(field);
    at = end + 1;
  }
  return fields;
}

/** The names of a table's columns, trimmed. */
export async function csvHeader(path: string): Promise<readonly string[] | Problem> {
  let header: readonly string[] | undefined;
  const unread = await eachRecord(path, ({ fields }) => {
    header = fields.map((name) => name.trim());
    return "stop";
  });
  return unread ?? header ?? problem("data/unreadable-table", { path, reason: "it is empty" });
}

/** A record with access by column name. */
export interface CsvRow extends CsvRecord {
  /** The field of an existing column. */
  readonly get: (column: string) => string;
}

/**
 * Calls `look` for each row of a table after its header; column names ignore case. A row with more or fewer fields than the
 * header is an error, as is one that `look` rejects in words. If the first line has none of the `usual` columns but as many
 * fields, it is taken for a row of a table without a header.
 */
export async function readCsv(
  path: string,
  needed: readonly string[],
  look: (row: CsvRow, header: readonly string[]) => string | undefined,
  usual?: readonly string[],
): Promise<Problem | undefined> {
  let header: readonly string[] | undefined;
  let missing: readonly string[] = [];
  let places = new Map<string, number>();
  let fields: readonly string[] = [];
  const bad = new BadLines(path);
  const get = (column: string): string => fields[places.get(column.toLowerCase()) ?? -1] ?? "";
  const unread = await eachRecord(path, (record) => {
    fields = record.fields;
    if (header === undefined) {
      const names = fields.map((name) => name.trim());
      const isHeader =
        usual === undefined || names.length !== usual.length || usual.some((name) => names.includes(name));
      header = isHeader ? names : usual;
      // The first of several columns of one name; the others are inaccessible.
      places = new Map(header.map((name, index) => [name.toLowerCase(), index] as const).toReversed());
      missing = needed.filter((name) => !places.has(name.toLowerCase()));
      if (missing.length > 0) return "stop";
      if (isHeader) return undefined;
    }
    const wrong =
      fields.length === header.length
        ? look({ ...record, get }, header)
        : `it has ${fields.length} field${fields.length === 1 ? "" : "s"}, the first line ${header.length}`;
    if (wrong !== undefined) bad.add(record.line, wrong);
    return undefined;
  });
  if (unread !== undefined) return unread;
  if (header === undefined) return problem("data/unreadable-table", { path, reason: "it is empty" });
  if (missing.length > 0) return problem("data/missing-columns", { path, missing, found: header });
  return bad.problem;
}
