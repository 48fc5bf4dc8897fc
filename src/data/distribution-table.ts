/**
 * A table with a distribution over classes for each picture: `path,<class>,...`, as `lferc distill` writes it. Untrusted until
 * checked.
 */

import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { csvLine, csvRows } from "../formats/csv-cells.js";
import { sha256 } from "../formats/digest.js";
import { readStoredText } from "../formats/stored-text.js";
import { composed, labelNamed } from "./label-names.js";

export interface DistributionTable {
  /** As named in the table, in its order. */
  readonly classes: readonly string[];
  /** Number of pictures. */
  readonly count: number;
  /** Digest of its file. */
  readonly sha256: string;
  /** A picture's shares in the table's order, with sum 1; undefined if it is not in the table. */
  sharesOf(key: string): Float32Array | undefined;
}

/** The name of the first column. */
export const pathColumn = "path";

/** Maximum number of columns, so that a hostile header is cheap. */
const classLimit = 100_000;

/** Tolerance for the sum of a row, 1: enough for numbers with three digits. */
const sumTolerance = 0.01;

/** Parses the table; `file` is its name in messages. */
export function readDistributionTable(bytes: Uint8Array, file: string): DistributionTable | Problem {
  const bad = (line: number, reason: string): Problem => problem("data/bad-distributions", { file, line, reason });
  const stored = readStoredText(bytes);
  if (typeof stored === "string") return bad(1, stored);
  const rows = csvRows(stored.text);
  const first = rows.next();
  if (first.done === true) return bad(1, "it is empty");
  if ("fault" in first.value) return bad(first.value.line, first.value.fault);
  const [column = "", ...names] = first.value.cells;
  if (column.trim().toLowerCase() !== pathColumn) return bad(1, `its first column is "${column}", not "${pathColumn}"`);
  const classes = names.map((name) => name.trim());
  if (classes.length === 0 || classes.includes("")) return bad(1, "each column after the first is named by a class");
  if (classes.length > classLimit) return bad(1, `it has ${classes.length} classes, the limit is ${classLimit}`);
  const seen = new Set<string>();
  const twice = classes.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) return bad(1, `the class "${twice}" appears twice`);

  const places = new Map<string, number>();
  let values = new Float32Array(1024 * classes.length);
  for (const row of rows) {
    if ("fault" in row) return bad(row.line, row.fault);
    const { line, cells } = row;
    const [path = "", ...numbers] = cells;
    if (numbers.length !== classes.length) {
      return bad(line, `it has ${numbers.length} numbers, the header ${classes.length} classes`);
    }
    const key = composed(path);
    if (places.has(key)) return bad(line, `"${path}" appears twice`);
    const start = places.size * classes.length;
    if (start + classes.length > values.length) {
      const larger = new Float32Array(2 * values.length);
      larger.set(values);
      values = larger;
    }
    const wrong = sharesInto(values.subarray(start, start + classes.length), numbers);
    if (wrong !== undefined) return bad(line, wrong);
    places.set(key, places.size);
  }
  if (places.size === 0) return bad(1, "it has no row");
  return {
    classes,
    count: places.size,
    sha256: sha256([bytes]),
    sharesOf: (key) => {
      const place = places.get(composed(key));
      return place === undefined ? undefined : values.subarray(place * classes.length, (place + 1) * classes.length);
    },
  };
}

/** Parses the cells as shares and scales their sum to exactly 1; or says what is wrong. */
function sharesInto(shares: Float32Array, cells: readonly string[]): string | undefined {
  const numbers = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
  const odd = numbers.findIndex((number) => !(number >= 0 && number <= 1 + sumTolerance));
  if (odd >= 0) return `"${cells[odd]}" is not a share from 0 to 1`;
  const sum = numbers.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > sumTolerance) return `its shares are ${Number(sum.toFixed(4))} together, not 1`;
  for (const [i, number] of numbers.entries()) shares[i] = number / sum;
  return undefined;
}

/** For each label its column in the table; the names must match, in any order, with the usual synonyms. */
export function columnsFor(
  { classes }: Pick<DistributionTable, "classes">,
  labels: readonly string[],
  file: string,
): readonly number[] | Problem {
  const columns = labels.map(() => -1);
  for (const [column, name] of classes.entries()) {
    const label = labelNamed(name, labels);
    if (label === undefined || columns[label] !== -1)
      return problem("data/distribution-classes", { file, classes, labels });
    columns[label] = column;
  }
  return columns.includes(-1) ? problem("data/distribution-classes", { file, classes, labels }) : columns;
}

/** A float32 with as few digits as possible that parse to it. */
const share = (value: number): string => String(Number(Math.fround(value).toPrecision(9)));

export const distributionHeader = (classes: readonly string[]): string => csvLine([pathColumn, ...classes]);

export const distributionRow = (key: string, shares: ArrayLike<number>): string =>
  csvLine([key, ...Array.from(shares, share)]);
