// Untrusted JSON is measured before it is parsed, because a hundred megabytes of `[` would take gigabytes.

export interface JsonLimits {
  /** Nesting of objects and lists. */
  readonly depth: number;
  /** Total number of members of objects and items of lists. */
  readonly values: number;
}

/** Why a text exceeds the limits, in words; undefined if it does not. The text need not be JSON. */
export function beyondLimits(text: string, { depth, values }: JsonLimits): string | undefined {
  let open = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++open > depth) return `it is nested more than ${depth} deep`;
        if (++count > values) return `it holds more than ${values} values`;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        open--;
        break;
      case 0x2c: // ,
        if (++count > values) return `it holds more than ${values} values`;
        break;
    }
  }
  return undefined;
}

/** The end of the string that begins at `at`; the end of the text if it is unterminated. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** For lists of numbers and of names: a flat one for a hundred thousand classes. */
const listLimits: JsonLimits = { depth: 1, values: 100_000 };

/** A JSON list whose items all satisfy `isItem`; undefined for any other text. */
export function parseFlatList(text: string, isItem: (item: unknown) => boolean): readonly unknown[] | undefined {
  try {
    if (beyondLimits(text, listLimits) !== undefined) return undefined;
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isItem) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
