import { textWidth } from "./text-width.js";

const tabStop = 4;

/** Controls would move the cursor or colour the terminal; bidi overrides would reorder what is read. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The sign that stands for a character that is not to be obeyed. */
function signOf(unit: string): string {
  if (unit === "\n" || unit === "\t") return unit;
  const code = unit.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
}

/** Control and bidi characters shown as a sign instead of obeyed: for what no CI reads, a picture's text. */
export const visible = (text: string): string => text.replace(unprintable, signOf);

const styles = String.raw`\u001b\[[\d;]*m`;
const unprintableOrStyle = new RegExp(`${styles}|${unprintable.source}`, "gu");

/**
 * What runners take for commands in whatever a step writes: GitHub `::error ...` where a line begins, after blanks (and
 * looks), and `##[error]` anywhere in it; Azure `##vso[...]` and TeamCity `##teamcity[...]` likewise.
 */
const commandOfLine = new RegExp(String.raw`^((?:\s|${styles})*):(?=:)`, "gmu");
const commandMark = /#(?=#\w*\[)/gu;

/** Text in which no runner finds a command: a sign that looks alike stands for its first. */
const withoutCommands = (text: string): string =>
  text.replace(commandOfLine, "$1\u2236").replace(commandMark, "\u266f");

/** Text that is safe to print: what a terminal or CI would obey is shown as a sign instead. */
export const printable = (text: string): string => withoutCommands(visible(text));

/** A name of any origin, a path or a message in a line of ours: it cannot end the line, nor begin another. */
export const oneLine = (text: string): string => printable(text.replaceAll("\n", "\u240a"));

/** Text of ours that may have looks, colours and weights, and nothing else that is obeyed: the net under all that is said. */
export const harmless = (text: string): string =>
  withoutCommands(text.replace(unprintableOrStyle, (unit) => (unit.length > 1 ? unit : signOf(unit))));

/** The same JSON, spelt so that no runner finds a command in it. */
export const harmlessJson = (json: string): string => json.replace(commandMark, "\\u0023");

/** Longer words of a message, and longer messages, are cut in the middle; in UTF-16 units. */
const longestWord = 200;
const longestText = 2000;

function cutInTheMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const [head, tail] = [text.slice(0, (most * 2) / 3), text.slice(-most / 3)];
  // No half of a surrogate pair stays.
  return `${head.replace(/\p{Cs}$/u, "")}…${tail.replace(/^\p{Cs}/u, "")}`;
}

/** Printable text of a length that people read: what it quotes of a source or a command line may be of any. */
export function readable(text: string): string {
  // Cut before it is matched: a word of megabytes is more than the stack of a regular expression holds.
  const words = cutInTheMiddle(text, 10 * longestText).replace(/\S{200,}/g, (word) =>
    cutInTheMiddle(word, longestWord),
  );
  return printable(cutInTheMiddle(words, longestText));
}

/** A name of any origin as one readable line: what a table, a title or a path can hold. */
export function readableName(text: string): string {
  return oneLine(readable(text).replace(/\s+/g, " "));
}

/** Columns that text takes on a terminal when it begins at column `from` (from 0). Tabs go to the next stop of 4. */
export function displayWidth(text: string, from = 0): number {
  let column = from;
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  for (const [i, piece] of text.split("\t").entries()) {
    if (i > 0) column += tabStop - (column % tabStop);
    column += textWidth(piece);
  }
  return column - from;
}

/** Printable text with its tabs as spaces, so that what stands under it lines up. */
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
