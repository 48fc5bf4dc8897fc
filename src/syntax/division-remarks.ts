import type { IToken, TokenType } from "chevrotain";
import type { Expression } from "./ast-expressions.js";
import { endOf, hasLineBreak } from "./classify.js";
import type { DivisionRemark } from "./divisions.js";
import { readRemark } from "./remark-reading.js";
import {
  Comma,
  keywords,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Name,
  NumberToken,
  RightCurly,
  RightParen,
  RightSquare,
} from "./tokens.js";

// `//` begins a comment, but divides in Python: `channels(x) // 2` would silently build another network. This file finds comments
// whose words look like a divisor. Whether the value before it and all its names are numbers is decided with the scope
// (semantics/expressions/floor-divisions.ts).

const opens: ReadonlySet<TokenType> = new Set([LeftParen, LeftSquare, LeftCurly]);
const closes: ReadonlySet<TokenType> = new Set([RightParen, RightSquare, RightCurly]);
/** Tokens at which a value ends. */
const valueEnds: ReadonlySet<TokenType> = new Set([Name, NumberToken, RightParen, RightSquare]);

/** Whether a value ends right before `at`, on the same line; tokens come from the scanner, `before` is the last one. */
export function followsValue(text: string, before: IToken | undefined, at: number): before is IToken {
  if (before === undefined || !valueEnds.has(before.tokenType)) return false;
  if (before.tokenType === Name && keywords.has(before.image) && before.image !== "N") return false;
  return !hasLineBreak(text, endOf(before), at);
}

/** Maximum number of tokens searched for the beginning of a parenthesised group. */
const longestGroup = 1000;

/**
 * The end of the value whose last token is at `index`, as in the tree: for `(a + b)` that of `b`, for `f(a)` and `(a, b)` that
 * of the bracket.
 */
function valueEndAt(tokens: readonly IToken[], index: number): number | undefined {
  let at = index;
  for (;;) {
    const token = tokens[at] as IToken;
    if (token.tokenType !== RightParen) return endOf(token);
    let depth = 0;
    let opener = at;
    let hasComma = false;
    for (; opener >= 0; opener--) {
      if (at - opener > longestGroup) return undefined;
      const type = (tokens[opener] as IToken).tokenType;
      if (closes.has(type)) depth++;
      else if (opens.has(type)) depth--;
      else if (type === Comma && depth === 1) hasComma = true;
      if (depth === 0) break;
    }
    const before = tokens[opener - 1];
    const isCall =
      before?.tokenType === Name && (!keywords.has(before.image) || ["from", "training"].includes(before.image));
    if (opener < 0 || hasComma || isCall) return endOf(token);
    at--;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The comments of a text that look like divisors, by the end of the value before them. */
export function findDivisions(
  file: string,
  text: string,
  tokens: readonly IToken[],
  comments: readonly { readonly start: number; readonly end: number }[],
  readExpression: (text: string) => Expression | undefined,
): ReadonlyMap<number, DivisionRemark> {
  const found = new Map<number, DivisionRemark>();
  const open: TokenType[] = [];
  let next = 0;
  for (const { start, end } of comments) {
    for (; next < tokens.length && (tokens[next] as IToken).startOffset < start; next++) {
      const { tokenType } = tokens[next] as IToken;
      if (opens.has(tokenType)) open.push(tokenType);
      else if (closes.has(tokenType)) open.pop();
    }
    const before = tokens[next - 1];
    if (!followsValue(text, before, start)) continue;
    const reading = readRemark(text, start, end);
    if (reading.kind !== "divisor") continue;
    // `64 // 2, 16` in an open bracket removes an item; after a comma or a statement it is a shape.
    const isInBracket = open.length > 0 && open.at(-1) !== LeftCurly;
    if (reading.isRow && !isInBracket) continue;
    const valueEnd = valueEndAt(tokens, next - 1);
    if (valueEnd === undefined) continue;
    const parts = once(() => {
      const divisor = readExpression(reading.text);
      const others = reading.others.map(readExpression);
      const areAll = others.every((other) => other !== undefined);
      return divisor !== undefined && areAll ? { divisor, others } : undefined;
    });
    const literal = before.tokenType === NumberToken && !reading.isCode ? before.image : undefined;
    found.set(valueEnd, { span: { file, start, end }, literal, parts });
  }
  return found;
}
