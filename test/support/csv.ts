import { csvRows } from "../../src/formats/csv-cells.js";

/** The cells of a table that must be valid. */
export function cellsOf(text: string): readonly (readonly string[])[] {
  return [...csvRows(text)].map((row) => {
    if ("fault" in row) throw new Error(`line ${row.line}: ${row.fault}`);
    return row.cells;
  });
}
