import { textWidth } from "./text-width.js";

/**
 * Text broken at its spaces into lines of at most `width` columns, all but the first behind `indent` spaces. A word that is wider (a
 * path, a command) is left whole. The first line begins behind as many columns that are taken already.
 */
export function wrapText(text: string, width: number | undefined, indent: number): string {
  if (width === undefined || indent + textWidth(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || indent + textWidth(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
