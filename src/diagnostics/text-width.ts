/** Columns of text on a terminal: wide characters take two, combining marks none. */

/**
 * Wide characters by Unicode's East_Asian_Width (W and F), as ranges; emoji are found by their own property. Unassigned gaps
 * are included.
 */
const wide: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2fb],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

const isWide = (point: number): boolean => point >= 0x1100 && wide.some(([from, to]) => point >= from && point <= to);

const looks = /\p{Cc}\[[\d;]*m/gu;
// A soft hyphen is shown.
const takesNoRoom = /^(?!\u00ad)[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u;
// An emoji, a flag, or a character with emoji presentation.
const emoji = /\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Emoji}\ufe0f/u;

/** Whether each character is printable ASCII. A loop, because a regular expression takes twice as long for a table's short cells. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** Created on first use: it takes a tenth of Node's start-up time. */
let segmenter: Intl.Segmenter | undefined;

/** The text's grapheme clusters. */
function* characters(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

function characterWidth(character: string): number {
  if (takesNoRoom.test(character)) return 0;
  return emoji.test(character) || isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
}

/** The text without its styles. */
export const withoutLooks = (text: string): string => (text.includes("\u001b") ? text.replace(looks, "") : text);

/** Columns; styles (`\u001b[1m`) take none. */
export function textWidth(text: string): number {
  const bare = withoutLooks(text);
  if (isPlain(bare)) return bare.length;
  let width = 0;
  for (const character of characters(bare)) width += characterWidth(character);
  return width;
}

/** The end of an unstyled text that fits, with a mark if it is cut. */
export function endToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  const all = [...characters(text)];
  let width = 0;
  const from = all.findLastIndex((character) => {
    width += characterWidth(character);
    return width > columns - 1;
  });
  return columns < 1 ? "" : `…${all.slice(from + 1).join("")}`;
}

/** The beginning of an unstyled text that fits, with a mark if it is cut. */
export function cutToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const character of characters(text)) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return columns < 1 ? "" : `${cut}…`;
}
