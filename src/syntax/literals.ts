import { keywords } from "./tokens.js";

/** A time is its number of milliseconds; checks compare times only with times. */
const suffixExponents: Readonly<Record<string, number>> = { k: 3, M: 6, G: 9, "%": -2, ms: 0 };

/** Whether a number literal is a time: `12ms`. */
export const isTime = (text: string): boolean => text.endsWith("ms");

/** Value and kind of a number literal; `isTooLarge` if a double cannot represent it exactly (ints) or at all. */
export function readNumber(text: string): { value: number; isInteger: boolean; isTooLarge: boolean } {
  const unit = isTime(text) ? "ms" : (text.at(-1) ?? "");
  const suffix = suffixExponents[unit];
  const digits = (suffix === undefined ? text : text.slice(0, -unit.length)).replaceAll("_", "");
  const [mantissa = "0", exponent = "0"] = digits.toLowerCase().split("e");
  // Shifting the exponent in the text keeps 294.60M exact, which a product with 1e6 would not.
  const value = Number(`${mantissa}e${Number(exponent) + (suffix ?? 0)}`);
  const isInteger = suffix === undefined ? /^[0-9]+$/.test(digits) : Number.isInteger(value) && unit !== "ms";
  const isTooLarge = !Number.isFinite(value) || (isInteger && value > Number.MAX_SAFE_INTEGER);
  return { value, isInteger, isTooLarge };
}

const simpleEscapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", "'": "'" };

/** The text between the quotes with `\n`, `\t`, `\r`, `\"`, `\\` and `\u{hex}` resolved; calls `onBad` for others. */
export function readString(inner: string, onBad: (written: string, at: number) => void): string {
  if (!inner.includes("\\")) return inner;
  return inner.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|u|[\s\S]|$)/g, (whole, hex: string | undefined, at: number) => {
    const point = hex === undefined ? Number.NaN : Number.parseInt(hex, 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    const simple = whole.length === 2 ? simpleEscapes[whole.charAt(1)] : undefined;
    if (simple === undefined) onBad(whole, at);
    return simple ?? whole;
  });
}

/** Control characters, line breaks, the byte order mark and unpaired surrogates: invisible in a source text. */
function isInvisible(c: string): boolean {
  return c.length === 1 && /[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u.test(c);
}

/** A string literal that {@link readString} parses to `value`. */
export function writeString(value: string): string {
  let out = "";
  for (const c of value) {
    if (c === '"' || c === "\\") out += `\\${c}`;
    else if (c === "\n") out += "\\n";
    else if (c === "\t") out += "\\t";
    else if (c === "\r") out += "\\r";
    else if (isInvisible(c)) {
      out += `\\u{${c.charCodeAt(0).toString(16)}}`;
    } else out += c;
  }
  return `"${out}"`;
}

/** Whether `text` is valid as a name everywhere. */
export function isPlainName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && (!keywords.has(text) || softKeywords.has(text));
}

/** Keywords that are names outside of their construct. */
export const softKeywords: ReadonlySet<string> = new Set(["lfer", "from", "training"]);
