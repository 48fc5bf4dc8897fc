import { textWidth } from "./text-width.js";

export interface Wrapping {
  /** Columns of a line; undefined: as many as there are. */
  readonly width: number | undefined;
  /** What each line but the first begins with; the first has as many columns taken already as `taken` says. */
  readonly margin: string;
  readonly taken: number;
}

/** Text broken at its spaces into lines that fit. A word that is wider than a line (a path, a command) stays whole. */
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
