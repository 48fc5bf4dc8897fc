import { textWidth, withoutLooks } from "./text-width.js";

export interface Wrapping {
  /** Columns of a line; undefined: unlimited. */
  readonly width: number | undefined;
  /** The beginning of each line but the first; on the first, `taken` columns are already used. */
  readonly margin: string;
  readonly taken: number;
  /** Behind a beginning of no more columns than this, a word that is wider than a line stays: `wrote  /a/long/path`. */
  readonly head?: number;
}

/** Programs whose command lines are printed. A command is not broken: it is there to be copied. */
const program = "(?:lferc|npx|npm|node|curl|git|pip|python3?|cp|cd)";

/** A word, or a command in backticks, with the spaces before it. */
const words = new RegExp(String.raw`( *)([^\s\x60]*\x60${program} [^\x60]*\x60[^\s\x60]*|[^ ]+)`, "g");

/** Text broken at spaces into lines that fit. A word wider than a line (a path, a command) is not broken. */
export function wrapText(text: string, { width, margin, taken, head = 0 }: Wrapping): string {
  if (width === undefined) return text;
  const lines: string[] = [];
  const room = width - textWidth(margin);
  let line = "";
  let left = width - taken;
  for (const [, space = "", word = ""] of text.matchAll(words)) {
    const longer = line + space + word;
    const staysWide = lines.length === 0 && textWidth(line) <= head && textWidth(word) > room;
    if (line !== "" && !staysWide && textWidth(longer) > left) {
      lines.push(line);
      left = room;
      line = word;
    } else line = longer;
  }
  return [...lines, line].join(`\n${margin}`);
}

/** A line whose text is a command, after spaces or behind a label and its gap. */
const commandLine = new RegExp(String.raw`^(.*? {2,}|)(\$ .*|(?<= )${program} .*)$`);
/** Columns of a short label. */
const shortLabel = 12;

/** The column under which a broken line goes on: behind a label and its gap, else a little further right than it began. */
function columnOfText(line: string, width: number): number {
  const gaps = [...line.matchAll(/(?<=\S) {2,}(?=\S)|^ *- /g)].map(({ index, 0: gap }) => index + gap.length);
  const begin = line.length - line.trimStart().length;
  return gaps.findLast((column) => column <= width / 2) ?? Math.min(begin + 2, width >> 1);
}

/**
 * Whole lines of output: what is too wide is broken at spaces and goes on under its text. A command is whole, on a line of its
 * own if need be.
 */
export function wrapLines(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const wrapped = (line: string): string => {
    if (line.length <= width || textWidth(line) <= width) return line;
    const bare = withoutLooks(line);
    const [, label = "", command] = commandLine.exec(bare) ?? [];
    if (command !== undefined) return label.trim() === "" || line !== bare ? line : `${label.trimEnd()}\n  ${command}`;
    return wrapText(line, { width, margin: " ".repeat(columnOfText(bare, width)), taken: 0, head: shortLabel });
  };
  return text.length <= width ? text : text.split("\n").map(wrapped).join("\n");
}
