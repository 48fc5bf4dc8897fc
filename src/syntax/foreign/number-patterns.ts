import { Dot, NumberToken } from "../tokens.js";
import { found, type Pattern } from "./construct.js";

const units =
  /^(?:([kKmMgGbBtT])(i?[bB]|bytes?|params?)?|bytes?|million|billion|thousand|MACs?|FLOPs?|params?|px|s|sec)$/;
/** Our suffix for a unit's first letter or word, and what it is multiplied by. */
const suffixes: Readonly<Record<string, { readonly text: string; readonly factor: number }>> = {
  k: { text: "k", factor: 1e3 },
  thousand: { text: "k", factor: 1e3 },
  m: { text: "M", factor: 1e6 },
  million: { text: "M", factor: 1e6 },
  g: { text: "G", factor: 1e9 },
  b: { text: "G", factor: 1e9 },
  billion: { text: "G", factor: 1e9 },
  t: { text: "000G", factor: 1e12 },
};

/** The number with our suffix; a number that has a suffix or an exponent loses the unit, or is written out. */
function withSuffix(number: string, unit: string): string {
  const suffix = suffixes[unit];
  const value = Number(number.replaceAll("_", ""));
  if (suffix === undefined || Number.isNaN(value)) return number;
  const isPlain = /^[\d_]+$/.test(number) || (/^[\d_.]+$/.test(number) && suffix.text.length === 1);
  return isPlain ? `${number}${suffix.text}` : String(value * suffix.factor);
}

/** `160 MB`, `3m`, `1e6K`. */
export const unit: Pattern = (t, i) => {
  const word = t.image(i);
  if (!t.is(i - 1, NumberToken) || !t.isWord(i) || t.beginsLine(i) || !units.test(word)) return undefined;
  const number = t.image(i - 1);
  const [, letter = ""] = units.exec(word) ?? [];
  const write = withSuffix(number, letter === "" ? word : letter.toLowerCase());
  const patch = { start: t.start(i), end: t.end(i), by: "nothing" } as const;
  return found(t, "unit", [i - 1, i + 1], [number, word, write], [patch]);
};

/** `.5`, `1.`, `0x10`. */
export const numberForm: Pattern = (t, i) => {
  if (t.is(i, Dot) && t.is(i + 1, NumberToken) && t.touches(i) && !t.endsValue(i - 1)) {
    return found(
      t,
      "number-form",
      [i, i + 2],
      [`0${t.between(i, i + 2)}`],
      [{ start: t.start(i), end: t.end(i), by: "nothing" }],
    );
  }
  if (t.is(i, NumberToken) && t.is(i + 1, Dot) && t.touches(i) && !t.isWord(i + 2)) {
    return found(
      t,
      "number-form",
      [i, i + 2],
      [`${t.image(i)}.0`],
      [{ start: t.start(i + 1), end: t.end(i + 1), by: "nothing" }],
    );
  }
  if (t.image(i) === "0" && t.touches(i) && /^[xXbBoO][0-9a-fA-F]+$/.test(t.image(i + 1))) {
    const value = Number(`${t.image(i)}${t.image(i + 1)}`);
    return Number.isNaN(value) ? undefined : found(t, "number-form", [i, i + 2], [String(value)]);
  }
  return undefined;
};
