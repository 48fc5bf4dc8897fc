import { Dot, NumberToken } from "../tokens.js";
import { found, type Pattern } from "./construct.js";

const units =
  /^(?:([kKmMgGbBtT])(i?[bB]|bytes?|params?)?|bytes?|million|billion|thousand|MACs?|FLOPs?|params?|px|s|sec)$/;
const suffixes: Readonly<Record<string, string>> = {
  k: "k",
  m: "M",
  g: "G",
  b: "G",
  million: "M",
  billion: "G",
  thousand: "k",
};

/** `160 MB`, `3m`, `1e6K`. */
export const unit: Pattern = (t, i) => {
  const word = t.image(i);
  if (!t.is(i - 1, NumberToken) || !t.isWord(i) || t.beginsLine(i) || !units.test(word)) return undefined;
  const number = t.image(i - 1);
  const [, letter = ""] = units.exec(word) ?? [];
  const suffix = suffixes[letter === "" ? word : letter.toLowerCase()] ?? "";
  const isPlain = /^[\d_.]+$/.test(number);
  const write = isPlain
    ? `${number}${suffix}`
    : suffix === ""
      ? number
      : String(Number(number.replaceAll("_", "")) * (suffix === "k" ? 1e3 : suffix === "M" ? 1e6 : 1e9));
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
