import { isPlain, textWidth } from "./text-width.js";

const tabStop = 4;

/**
 * Control characters could move the cursor or colour the terminal; bidi overrides could reorder the text; spaces of no width
 * make two names look alike. Joiners stay: scripts and emoji need them.
 */
const unprintable = /[\p{Cc}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;

/** The visible replacement of a control character. */
function signOf(unit: string): string {
  if (unit === "\n" || unit === "\t") return unit;
  const code = unit.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
}

/** Replaces control and bidi characters by visible ones, for texts that CI does not read, such as those in a picture. */
export const visible = (text: string): string => text.replace(unprintable, signOf);

const styles = String.raw`\u001b\[[\d;]*m`;
const unprintableOrStyle = new RegExp(`${styles}|${unprintable.source}`, "gu");

/**
 * CI commands in the output of a step: GitHub `::error ...` at the beginning of a line, after spaces (and styles), and
 * `##[error]` anywhere in it; Azure `##vso[...]` and TeamCity `##teamcity[...]` likewise.
 */
const commandOfLine = new RegExp(String.raw`^((?:\s|${styles})*):(?=:)`, "gmu");
const commandMark = /#(?=#\w*\[)/gu;

/** Text without CI commands: their first character is replaced by a similar one. */
const withoutCommands = (text: string): string =>
  text.includes("::") || text.includes("##")
    ? text.replace(commandOfLine, "$1\u2236").replace(commandMark, "\u266f")
    : text;

/** Text that is safe to print: anything that a terminal or CI would execute is replaced by visible characters. */
export const printable = (text: string): string => withoutCommands(visible(text));

/** A name of any origin, a path or a message within a line: it cannot end the line, nor begin another. */
export const oneLine = (text: string): string =>
  isPlain(text) ? withoutCommands(text) : printable(text.replaceAll("\n", "\u240a"));

/** Our own text, which may have styles and nothing else that is executed: the safety net for all output. */
export const harmless = (text: string): string =>
  withoutCommands(text.replace(unprintableOrStyle, (unit) => (unit.length > 1 ? unit : signOf(unit))));

/** The same JSON, spelled without CI commands. */
export const harmlessJson = (json: string): string => json.replace(commandMark, "\\u0023");

/** Longer words of a message, and longer messages, are cut in the middle; in UTF-16 units. */
const longestWord = 200;
const longestText = 2000;

function cutInTheMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const [head, tail] = [text.slice(0, (most * 2) / 3), text.slice(-most / 3)];
  // Surrogate pairs are not split.
  return `${head.replace(/\p{Cs}$/u, "")}…${tail.replace(/^\p{Cs}/u, "")}`;
}

/** Printable text of readable length: quotes of a source or a command line may be of any length. */
export function readable(text: string): string {
  // Cut before matching: a word of megabytes would overflow the regular expression's stack.
  const words = cutInTheMiddle(text, 10 * longestText).replace(/\S{200,}/g, (word) =>
    cutInTheMiddle(word, longestWord),
  );
  return printable(cutInTheMiddle(words, longestText));
}

/** A name of any origin as one readable line, for tables, titles and paths. */
export function readableName(text: string): string {
  return oneLine(readable(text).replace(/\s+/g, " "));
}

/** Columns of text on a terminal when it begins at column `from` (from 0). Tab stops are every 4 columns. */
export function displayWidth(text: string, from = 0): number {
  let column = from;
  if (isPlain(text)) return text.length;
  for (const [i, piece] of text.split("\t").entries()) {
    if (i > 0) column += tabStop - (column % tabStop);
    column += textWidth(piece);
  }
  return column - from;
}

/** Printable text with tabs as spaces, so that underlines align. */
export function expandTabs(text: string): string {
  if (!text.includes("\t")) return printable(text);
  let out = "";
  let column = 0;
  for (const piece of text.split(/(\t)/)) {
    const width = displayWidth(piece, column);
    out += piece === "\t" ? " ".repeat(width) : printable(piece);
    column += width;
  }
  return out;
}
