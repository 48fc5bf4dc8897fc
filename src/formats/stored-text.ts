/** Text as a file stores it: UTF-8, or UTF-16 with its mark, as PowerShell's `>` writes it. */

/** How a text is stored, so that it can be written back in the same way. */
export interface TextForm {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be";
  /** Whether U+FEFF stands before it. */
  readonly hasMark: boolean;
}

export interface StoredText extends TextForm {
  readonly text: string;
}

const mark = "\ufeff";

/** The encoding that the first bytes name; UTF-8 if they name none. */
export function namedEncoding(bytes: Uint8Array): TextForm["encoding"] {
  const first = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  return first === 0xfffe ? "utf-16le" : first === 0xfeff ? "utf-16be" : "utf-8";
}

/** Whether every second one of the first bytes is zero: the Latin letters of a UTF-16 text without its mark. */
function hasZerosBetween(bytes: Uint8Array): boolean {
  const seen = bytes.subarray(0, Math.min(64, bytes.length & ~1));
  const zerosAt = (rest: number): boolean => seen.every((byte, i) => (i % 2 === rest) === (byte === 0));
  return seen.length > 1 && (zerosAt(0) || zerosAt(1));
}

/** The text of a file without its mark, or why it is none. */
export function readStoredText(bytes: Uint8Array): StoredText | string {
  const encoding = namedEncoding(bytes);
  if (encoding === "utf-8" && hasZerosBetween(bytes)) return "it is UTF-16 without a mark; save it as UTF-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    const hasMark = text.startsWith(mark);
    return { text: hasMark ? text.slice(1) : text, encoding, hasMark };
  } catch {
    return encoding === "utf-8" ? "it is not UTF-8 text" : "it begins as UTF-16 text and is none";
  }
}

/** The bytes of a text in that form. */
export function storedText(text: string, { encoding, hasMark }: TextForm): Uint8Array {
  const whole = hasMark ? mark + text : text;
  if (encoding === "utf-8") return new TextEncoder().encode(whole);
  const bytes = Buffer.from(whole, "utf16le");
  return encoding === "utf-16le" ? bytes : bytes.swap16();
}
