// JSON from outside: what it would take to hold is looked at before it is parsed, for a hundred megabytes of `[` take gigabytes.

export interface JsonLimits {
  /** Objects and lists inside of each other. */
  readonly depth: number;
  /** Members of objects and items of lists, all together. */
  readonly values: number;
}

/** Why a text is more than may be parsed, in words; undefined where it is not. The text need not be JSON. */
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

/** Where the string ends that begins at `at`; the end of the text where it does not. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** Lists of numbers and of names: a flat one of a hundred thousand classes is long enough. */
const listLimits: JsonLimits = { depth: 1, values: 100_000 };

/** A JSON list whose items all hold to `isItem`; undefined where the text is none. */
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
