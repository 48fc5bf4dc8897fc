import { textWidth } from "./text-width.js";

export interface Wrapping {
  /** Columns of a line; undefined: unlimited. */
  readonly width: number | undefined;
  /** The beginning of each line but the first; on the first, `taken` columns are already used. */
  readonly margin: string;
  readonly taken: number;
}

/** Text broken at spaces into lines that fit. A word wider than a line (a path, a command) is not broken. */
export function wrapText(text: string, { width, margin, taken }: Wrapping): string {
  if (width === undefined) return text;
  const lines: string[] = [];
  let line = "";
  let room = width - taken;
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > room) {
      lines.push(line);
      room = width - textWidth(margin);
      line = word;
    } else line = longer;
  }
  return [...lines, line].join(`\n${margin}`);
}
