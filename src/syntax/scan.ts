import type { IToken, TokenType } from "chevrotain";
import {
  brackets,
  Doc,
  FloorDivision,
  ForeignComment,
  ForeignOperator,
  Name,
  NumberToken,
  operators,
  SingleQuoted,
  StringToken,
  textOf,
  Unterminated,
} from "./tokens.js";

export interface Scanned {
  readonly tokens: IToken[];
  /** The `///` lines: they belong to the declaration that follows. */
  readonly docs: IToken[];
  /** The `//` comments. */
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  /** Runs of characters that begin no token. */
  readonly strays: readonly { readonly start: number; readonly end: number }[];
}

/** Whether the `//` from `at` to the line's end is a division after all; `before`: the token before it. */
export type Divides = (before: IToken | undefined, at: number, end: number) => boolean;

const sticky = (type: TokenType): RegExp => new RegExp(type.PATTERN as RegExp, "y");
const name = sticky(Name);
const number = sticky(NumberToken);
const unterminated = sticky(Unterminated);
const doc = sticky(Doc);
/** Tried in this order if no name, number or string begins. */
const foreign: readonly (readonly [TokenType, RegExp])[] = [ForeignComment, SingleQuoted, ForeignOperator].map((t) => [
  t,
  sticky(t),
]);
const signs: ReadonlyMap<string, TokenType> = new Map([...operators, ...brackets].map((t) => [textOf(t), t]));
const beginsLongSign: ReadonlySet<number> = new Set(
  [...signs.keys()].filter((sign) => sign.length === 2).map((sign) => sign.charCodeAt(0)),
);
const restOfLine = /[^\n\r]*/y;
const blanks = /[ \t\r\n\f\v\u00a0\u2028\u2029\ufeff]+/y;

const slash = 47;
const backslash = 92;
const quote = 34;
const isBlank = (c: number): boolean =>
  c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0x2028 || c === 0x2029 || c === 0xfeff;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const mayBeginName = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c >= 128;

const isLineEnd = (c: number): boolean => c === 10 || c === 13;

/**
 * The end of the string that begins at `at`, if it is on its line. Like `StringToken`'s pattern, but without using stack for
 * each escape.
 */
function endOfString(text: string, at: number): number | undefined {
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (isLineEnd(c)) return undefined;
    if (c === backslash && i + 1 < text.length && !isLineEnd(text.charCodeAt(i + 1))) i++;
  }
  return undefined;
}

/**
 * Text to Chevrotain's tokens. Written by hand, because Chevrotain's own lexer takes 5 ms to analyse its patterns at every
 * start; the patterns are still declared with the token types, for the generated grammars.
 */
export function scan(text: string, divides: Divides = () => false): Scanned {
  const tokens: IToken[] = [];
  const docs: IToken[] = [];
  const comments: { start: number; end: number }[] = [];
  const strays: { start: number; end: number }[] = [];
  let at = 0;

  const reach = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    return pattern.test(text);
  };
  const take = (into: IToken[], tokenType: TokenType, end: number): void => {
    const tokenTypeIdx = tokenType.tokenTypeIdx as number;
    into.push({ image: text.slice(at, end), startOffset: at, tokenTypeIdx, tokenType });
    at = end;
  };
  const takeSign = (): boolean => {
    for (const [type, pattern] of foreign) {
      if (!reach(pattern)) continue;
      take(tokens, type, pattern.lastIndex);
      return true;
    }
    const long = beginsLongSign.has(text.charCodeAt(at)) ? signs.get(text.slice(at, at + 2)) : undefined;
    const type = long ?? signs.get(text.charAt(at));
    if (type === undefined) return false;
    take(tokens, type, at + (long === undefined ? 1 : 2));
    return true;
  };

  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (isBlank(c)) {
      reach(blanks);
      at = blanks.lastIndex;
    } else if (mayBeginName(c) && reach(name)) take(tokens, Name, name.lastIndex);
    else if (isDigit(c) && reach(number)) take(tokens, NumberToken, number.lastIndex);
    else if (c === quote) {
      const end = endOfString(text, at);
      if (end !== undefined) take(tokens, StringToken, end);
      else if (reach(unterminated)) take(tokens, Unterminated, unterminated.lastIndex);
    } else if (c === slash && reach(doc)) take(docs, Doc, doc.lastIndex);
    else if (c === slash && text.charCodeAt(at + 1) === slash) {
      reach(restOfLine);
      const end = restOfLine.lastIndex;
      if (divides(tokens.at(-1), at, end)) take(tokens, FloorDivision, at + 2);
      else {
        comments.push({ start: at, end });
        at = end;
      }
    } else if (!takeSign()) {
      const last = strays[strays.length - 1];
      if (last?.end === at) strays[strays.length - 1] = { start: last.start, end: ++at };
      else strays.push({ start: at, end: ++at });
    }
  }
  return { tokens, docs, comments, strays };
}
