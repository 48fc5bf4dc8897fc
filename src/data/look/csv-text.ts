/** Rows of RFC 4180, byte for byte: what is written is what is read. */

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const csvText = (rows: Iterable<readonly string[]>): string => {
  const lines: string[] = [];
  for (const cells of rows) lines.push(`${cells.map(field).join(",")}\n`);
  return lines.join("");
};

/** The rows of a text; undefined where a quote is left open. A byte order mark, and lines that end in CR LF, are fine. */
export function csvRows(text: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  const end = text.length;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at <= end; ) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; ; ) {
        const quote = text.indexOf('"', at);
        if (quote === -1) return undefined;
        cell += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    let stop = at;
    while (stop < end && text[stop] !== "," && text[stop] !== "\n") stop++;
    cell += text.slice(at, stop).replace(/\r$/, "");
    row.push(cell);
    if (text[stop] !== ",") {
      // An empty line is no row.
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
    }
    at = stop + 1;
  }
  return rows;
}
