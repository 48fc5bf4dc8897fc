import type { IToken, TokenType } from "chevrotain";
import { endOf, hasLineBreak } from "../classify.js";
import {
  Arrow,
  BatchN,
  BinaryOperatorToken,
  Binding,
  Colon,
  Comma,
  Do,
  Dot,
  declarationKeywords,
  Else,
  Equals,
  False,
  From,
  Label,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Lfer,
  Name,
  NumberToken,
  Return,
  RightCurly,
  RightParen,
  RightSquare,
  SingleQuoted,
  StringToken,
  statementKeywords,
  Then,
  Training,
  True,
  Unterminated,
} from "../tokens.js";

/** Limit on the tokens of one construct, and on the width of what a message quotes. */
const longest = 500;
const widest = 60;

const openers: ReadonlySet<TokenType> = new Set([LeftParen, LeftSquare, LeftCurly]);
const closerOf: ReadonlyMap<TokenType, TokenType> = new Map([
  [LeftParen, RightParen],
  [LeftSquare, RightSquare],
  [LeftCurly, RightCurly],
]);
const closers: ReadonlySet<TokenType> = new Set(closerOf.values());
const valueEnds: ReadonlySet<TokenType> = new Set([
  Name,
  Binding,
  Label,
  Lfer,
  From,
  Training,
  NumberToken,
  StringToken,
  SingleQuoted,
  Unterminated,
  RightParen,
  RightSquare,
  True,
  False,
  BatchN,
]);
/** Between two values: neither ends nor begins inside a value. */
const separators: ReadonlySet<TokenType> = new Set([Comma, Equals, Colon, Then, Else, Do, Return]);
const beginnings: ReadonlySet<TokenType> = new Set([...declarationKeywords, ...statementKeywords]);

/** Looks at the tokens of a text from one of them: brackets, lines, and where values begin and end. */
export class TokenReader {
  readonly text: string;
  readonly tokens: readonly IToken[];
  /** By token: the index of the innermost open bracket around it, or -1. */
  readonly #around: Int32Array;
  /** By token: the index of the bracket that belongs to it, or -1. */
  readonly #partner: Int32Array;

  constructor(text: string, tokens: readonly IToken[]) {
    this.text = text;
    this.tokens = tokens;
    this.#around = new Int32Array(tokens.length).fill(-1);
    this.#partner = new Int32Array(tokens.length).fill(-1);
    const open: number[] = [];
    for (const [i, { tokenType }] of tokens.entries()) {
      if (closers.has(tokenType)) {
        const last = open.at(-1);
        if (last !== undefined && closerOf.get(this.type(last) as TokenType) === tokenType) {
          open.pop();
          this.#partner[last] = i;
          this.#partner[i] = last;
        }
      }
      this.#around[i] = open.at(-1) ?? -1;
      if (openers.has(tokenType)) open.push(i);
    }
  }

  type(i: number): TokenType | undefined {
    return this.tokens[i]?.tokenType;
  }

  is(i: number, ...types: readonly TokenType[]): boolean {
    const type = this.type(i);
    return type !== undefined && types.includes(type);
  }

  image(i: number): string {
    return this.tokens[i]?.image ?? "";
  }

  start(i: number): number {
    return this.tokens[i]?.startOffset ?? this.text.length;
  }

  end(i: number): number {
    const token = this.tokens[i];
    return token === undefined ? (i < 0 ? 0 : this.text.length) : endOf(token);
  }

  /** Index of the innermost bracket that is open around token `i`, or -1. */
  around(i: number): number {
    return this.#around[i] ?? -1;
  }

  /** Index of the bracket that closes or opens the bracket `i`, or -1. */
  partner(i: number): number {
    return this.#partner[i] ?? -1;
  }

  isWord(i: number): boolean {
    return /^\w/.test(this.image(i)) && !this.is(i, NumberToken);
  }

  beginsLine(i: number): boolean {
    return i <= 0 || hasLineBreak(this.text, this.end(i - 1), this.start(i));
  }

  /** Whether two neighbouring tokens touch. */
  touches(i: number): boolean {
    return this.end(i) === this.start(i + 1);
  }

  /** Whether a value may end with token `i`. */
  endsValue(i: number): boolean {
    const type = this.type(i);
    return type !== undefined && valueEnds.has(type);
  }

  /** Whether a value may begin with token `i`. */
  beginsValue(i: number): boolean {
    return (this.endsValue(i) && !this.is(i, RightParen, RightSquare)) || this.is(i, LeftParen, LeftSquare, LeftCurly);
  }

  /** Whether a statement can begin with token `i`: on a line of its own, or after another one in braces. */
  beginsStatement(i: number): boolean {
    const inside = this.around(i);
    if (inside >= 0 && !this.is(inside, LeftCurly)) return false;
    if (this.is(i - 1, LeftCurly, RightCurly)) return true;
    return this.beginsLine(i) && !this.is(i - 1, Arrow, Comma, Colon, Equals, Dot) && !this.#isInfix(i - 1);
  }

  #isInfix(i: number): boolean {
    const type = this.type(i);
    return type !== undefined && BinaryOperatorToken.categoryMatchesMap?.[type.tokenTypeIdx as number] === true;
  }

  /** Index of the first token of the value that ends before token `i`; undefined if there is none, or it is very long. */
  valueStart(i: number): number | undefined {
    let first = i;
    for (let at = i - 1; at >= 0; at--) {
      if (i - at > longest) return undefined;
      const type = this.type(at) as TokenType;
      if (openers.has(type) || separators.has(type)) break;
      if (beginnings.has(type)) break;
      const opener = this.partner(at);
      if (closers.has(type)) {
        if (opener < 0 || type === RightCurly) break;
        at = opener;
      }
      first = at;
      if (this.is(at, Binding) || (this.beginsLine(at) && !this.#continues(at))) break;
    }
    return first === i ? undefined : first;
  }

  /** Index after the last token of the value that begins at token `i`; `i` if there is none. */
  valueEnd(i: number, ...stops: readonly TokenType[]): number {
    let at = i;
    while (at < this.tokens.length && at - i < longest) {
      const type = this.type(at) as TokenType;
      if (closers.has(type) || separators.has(type) || beginnings.has(type) || stops.includes(type)) break;
      if (at > i && this.beginsLine(at) && !this.#continues(at)) break;
      if (openers.has(type)) {
        const closer = this.partner(at);
        if (closer < 0) return at + 1;
        at = closer;
      }
      at++;
    }
    return at;
  }

  /** Whether the token at the start of a line goes on with what the line before began. */
  #continues(i: number): boolean {
    const inside = this.around(i);
    if (inside >= 0 && !this.is(inside, LeftCurly)) return true;
    return this.is(i, Arrow, Comma, Dot) || this.#isInfix(i) || this.is(i - 1, Arrow, Comma) || this.#isInfix(i - 1);
  }

  /** The text of the tokens from `from` up to `to`, on one line. */
  between(from: number, to: number): string {
    if (to <= from) return "";
    const all = this.text.slice(this.start(from), Math.min(this.end(to - 1), this.start(from) + 400));
    return all.replace(/\s+/g, " ").trim();
  }

  /** The same, cut where it is too long to be quoted. */
  quote(from: number, to: number): string {
    const all = this.between(from, to);
    return all.length <= widest ? all : `${all.slice(0, widest - 3)}...`;
  }

  /** Index after the last token on the line of token `i`. */
  lineEnd(i: number): number {
    let at = i + 1;
    while (at < this.tokens.length && !this.beginsLine(at)) at++;
    return at;
  }

  /**
   * The offset at which the statement of Python or C that begins at token `i` ends, with its body: braces opened on its line, and
   * lines that are indented further than its own.
   */
  blockEnd(i: number): number {
    let at = i;
    while (at > 0 && !this.beginsLine(at)) at--;
    const indentation = this.#indentation(at);
    let last = i;
    for (let next = i; next < this.tokens.length; next++) {
      if (next > i && this.beginsLine(next)) {
        const goesOn = /^(else|elif|except|finally|\})$/.test(this.image(next)) && this.around(next) === this.around(i);
        const isDeeper = this.#indentation(next) > indentation;
        if (!isDeeper && !(goesOn && this.#indentation(next) === indentation && !this.#closesAround(next, i))) break;
      } else if (this.#closesAround(next, i)) break;
      last = next;
      if (openers.has(this.type(next) as TokenType) && this.partner(next) > next) {
        next = this.partner(next);
        last = next;
      }
    }
    return this.end(last);
  }

  /** Whether `at` closes the bracket around `i`. */
  #closesAround(at: number, i: number): boolean {
    return this.around(i) >= 0 && this.partner(this.around(i)) === at;
  }

  #indentation(i: number): number {
    const start = this.start(i);
    let at = start;
    while (at > 0 && /[ \t]/.test(this.text[at - 1] ?? "")) at--;
    return start - at;
  }
}
