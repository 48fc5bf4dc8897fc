import type { IToken, TokenType } from "chevrotain";
import type { Span } from "../diagnostics/span.js";
import type { Expression } from "./ast.js";
import { endOf, hasLineBreak } from "./classify.js";
import { scan } from "./scan.js";
import {
  Arrow,
  BinaryOperatorToken,
  Colon,
  Comma,
  Dot,
  Equals,
  ForeignComment,
  keywords,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Minus,
  Name,
  NumberToken,
  Percent,
  Plus,
  RightCurly,
  RightParen,
  RightSquare,
  Slash,
  Star,
  StarStar,
  StringToken,
} from "./tokens.js";

// `//` begins a remark, and in Python divides: `channels(x) // 2` would build another network without a word. A remark that
// could be meant so is found here by its words; whether the value before it is a number, and all its names are, only those
// who know the scope can say (semantics/floor-divisions.ts).

/** A remark behind a value on its line that reads as what it is to be divided by. */
export interface DivisionRemark {
  readonly span: Span;
  /** The divisor, read when it is asked for; undefined where it is none after all. */
  readonly divisor: () => Expression | undefined;
}

/** How a `//` reads. */
export type Reading =
  | { readonly kind: "remark" }
  /** `// 2`, `// 2 * k`: nothing is lost but the division. */
  | { readonly kind: "divisor"; readonly text: string }
  /** `// 2)`, `// 2, c // 4]`: more code than a divisor; without a text only if the file makes no sense otherwise. */
  | { readonly kind: "code"; readonly text: string | undefined };

const remark: Reading = { kind: "remark" };

/** Longer remarks are prose, or nobody's: this bounds the work. */
const longestDivisor = 1000;

const arithmetic: ReadonlySet<TokenType> = new Set([Plus, Minus, Star, StarStar, Slash, Percent]);
const opens: ReadonlySet<TokenType> = new Set([LeftParen, LeftSquare]);
const closes: ReadonlySet<TokenType> = new Set([RightParen, RightSquare]);
const operands: ReadonlySet<TokenType> = new Set([Name, NumberToken, StringToken]);
/** Behind these a value is over. */
const valueEnds: ReadonlySet<TokenType> = new Set([Name, NumberToken, RightParen, RightSquare]);

interface Prefix {
  /** How many tokens the divisor has; 0 where there is none. */
  readonly length: number;
  /** The first that is none of it. */
  readonly next: TokenType | undefined;
}

/** The longest beginning of the tokens that reads as one numeric expression. */
function numericPrefix(tokens: readonly IToken[]): Prefix {
  const open: TokenType[] = [];
  let wantsOperand = true;
  for (const [i, { tokenType: type, image }] of tokens.entries()) {
    const before = tokens[i - 1]?.tokenType;
    const nothing: Prefix = { length: 0, next: type };
    if (wantsOperand) {
      if (type === NumberToken || type === Name) {
        // A share is no divisor, `rate = 0.5   // 50%`, nor is a date, `// 2019-11-02`.
        if (image.endsWith("%") || /^0\d/.test(image) || (type === Name && keywords.has(image))) return nothing;
        wantsOperand = false;
      } else if (type === LeftParen) open.push(RightParen);
      else if (type === RightParen && before === LeftParen && open.pop() === type) wantsOperand = false;
      else if (type !== Minus) return nothing;
    } else if (type === LeftParen && before === Name) {
      open.push(RightParen);
      wantsOperand = true;
    } else if (type === LeftSquare) {
      open.push(RightSquare);
      wantsOperand = true;
    } else if (arithmetic.has(type) || type === Dot) wantsOperand = true;
    else if (open.length > 0 && (type === Comma || (type === Colon && before === Name))) wantsOperand = true;
    else if (open.length > 0) {
      if (open.pop() !== type) return nothing;
    } else return { length: i, next: type };
  }
  return wantsOperand || open.length > 0 ? { length: 0, next: undefined } : { length: tokens.length, next: undefined };
}

/** Whether the tokens could stand in a file: prose has words beside each other. */
function readsAsCode(tokens: readonly IToken[]): boolean {
  return tokens.every(({ tokenType: type, image }, i) => {
    const before = tokens[i - 1];
    if (before === undefined) return true;
    const isOperand = operands.has(type) && !keywords.has(image);
    const isAfterOperand =
      (operands.has(before.tokenType) && !keywords.has(before.image)) || closes.has(before.tokenType);
    // `a // 2) b = 3`: the next statement on the same line.
    return !(isOperand && isAfterOperand) || tokens[i + 1]?.tokenType === Equals;
  });
}

/** What may follow a divisor in code; what else does makes it prose: `// 2. the stem`, `// 3: of three`. */
const followers: ReadonlySet<TokenType> = new Set([...closes, RightCurly, Comma, Arrow]);
const isFollower = (token: IToken): boolean =>
  followers.has(token.tokenType) ||
  token.tokenType.CATEGORIES?.includes(BinaryOperatorToken) === true ||
  ["then", "else", "do", "as", "and", "or", "within"].includes(token.image);

/** How the remark from `at` to `end` reads. `//` and `#` in it begin the next one. */
export function readRemark(text: string, at: number, end: number): Reading {
  if (text[at + 2] === "/") return remark;
  const last = Math.min(end, at + 2 + longestDivisor);
  const whole = text.slice(at + 2, last);
  const inner = whole.indexOf("//");
  const words = inner < 0 ? whole : whole.slice(0, inner);
  // Most are prose: cheap to tell.
  if (!/^\s*[\w(-]/.test(words)) return remark;
  const { tokens: found, strays, docs } = scan(words);
  if (strays.length > 0 || docs.length > 0) return remark;
  const endsInComment = found.at(-1)?.tokenType === ForeignComment;
  const tokens = endsInComment ? found.slice(0, -1) : found;
  const { length, next } = numericPrefix(tokens);
  if (length === 0) return remark;
  const divisor = words.slice(0, endOf(tokens[length - 1] as IToken)).trim();
  const isNested = inner >= 0 && !endsInComment;
  if (next === undefined) {
    // `f(a // 2 // 3)`: it is what the next one is, but for a remark about the division.
    const after = isNested ? readRemark(text, at + 2 + inner, last) : remark;
    return after.kind === "code" ? after : { kind: "divisor", text: divisor };
  }
  const rest = tokens.slice(length);
  if (!isFollower(rest[0] as IToken) || !readsAsCode(rest)) return remark;
  const isShape = next === Comma && !isNested && rest.length > 1 && !rest.some(({ tokenType }) => tokenType === Colon);
  // `// 3, 224, 224` is a shape, unless nothing else makes sense of the file; `// 2,` and `// 2, groups: 4` are arguments.
  const isSure = closes.has(next) || (next === Comma && !isShape);
  return { kind: "code", text: isSure ? divisor : undefined };
}

/** Whether a value ends right before `at`, on its line; tokens as the scanner gives them, `before` the last one. */
export function followsValue(text: string, before: IToken | undefined, at: number): before is IToken {
  if (before === undefined || !valueEnds.has(before.tokenType)) return false;
  if (before.tokenType === Name && keywords.has(before.image) && before.image !== "N") return false;
  return !hasLineBreak(text, endOf(before), at);
}

/** How many tokens are looked through for the beginning of what stands in parentheses. */
const longestGroup = 1000;

/** Where the value whose last token is at `index` ends as the tree has it: `(a + b)` with its `b`, `f(a)` and `(a, b)` with their brackets. */
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
      if (closes.has(type) || type === RightCurly) depth++;
      else if (opens.has(type) || type === LeftCurly) depth--;
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

/** The remarks of a text that read as divisors, by the end of the value before them. */
export function findDivisions(
  file: string,
  text: string,
  tokens: readonly IToken[],
  comments: readonly { readonly start: number; readonly end: number }[],
  readExpression: (text: string) => Expression | undefined,
): ReadonlyMap<number, DivisionRemark> {
  const found = new Map<number, DivisionRemark>();
  let next = 0;
  for (const { start, end } of comments) {
    while (next < tokens.length && (tokens[next] as IToken).startOffset < start) next++;
    if (!followsValue(text, tokens[next - 1], start)) continue;
    const reading = readRemark(text, start, end);
    if (reading.kind === "remark" || reading.text === undefined) continue;
    const valueEnd = valueEndAt(tokens, next - 1);
    if (valueEnd === undefined) continue;
    const { text: written } = reading;
    found.set(valueEnd, { span: { file, start, end }, divisor: once(() => readExpression(written)) });
  }
  return found;
}
