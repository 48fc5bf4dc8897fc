const tabStop = 4;

/** East Asian wide and fullwidth forms (Unicode TR 11, the blocks that matter) and pictures. */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}])/u;
const widthless = /^(?:[\p{Mn}\p{Me}]|\u200b|\u200c|\u200d|[\ufe00-\ufe0f])+$/u;
/** Controls would move the cursor or colour the terminal; bidi overrides would reorder what is read. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

let graphemes: Intl.Segmenter | undefined;

/** Made when first needed: it costs a tenth of a start of Node. */
function segments(text: string): Intl.Segments {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return graphemes.segment(text);
}

/** The sign that stands for a character that is not to be obeyed. */
function signOf(unit: string): string {
  if (unit === "\n" || unit === "\t") return unit;
  const code = unit.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
}

/** Text that is safe to print: control and bidi characters shown as a sign instead of obeyed. */
export const printable = (text: string): string => text.replace(unprintable, signOf);

/** The same as one line: a file's name or a message must not look like another line, least of all like a command to CI. */
export const oneLine = (text: string): string => printable(text).replaceAll("\n", "\u240a");

const styles = String.raw`\u001b\[[\d;]*m`;
const unprintableOrStyle = new RegExp(`${styles}|${unprintable.source}`, "gu");

/** Text for a terminal that may have looks of ours, colours and weights, and nothing else that is obeyed. */
export const harmless = (text: string): string =>
  text.replace(unprintableOrStyle, (unit) => (unit.length > 1 ? unit : signOf(unit)));

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
  const words = text.replace(/\S{200,}/g, (word) => cutInTheMiddle(word, longestWord));
  return printable(cutInTheMiddle(words, longestText));
}

/** A name of any origin as one readable line: what a table, a title or a path can hold. */
export function readableName(text: string): string {
  return readable(text).replace(/\s+/g, " ");
}

function graphemeWidth(grapheme: string): number {
  if (widthless.test(grapheme)) return 0;
  return wide.test(grapheme) || grapheme.includes("\ufe0f") ? 2 : 1;
}

/** Columns that text takes on a terminal when it begins at column `from` (from 0). Tabs go to the next stop of 4. */
export function displayWidth(text: string, from = 0): number {
  let column = from;
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  for (const { segment } of segments(text)) {
    column += segment === "\t" ? tabStop - (column % tabStop) : graphemeWidth(segment);
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
