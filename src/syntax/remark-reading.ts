import type { IToken, TokenType } from "chevrotain";
import { endOf } from "./classify.js";
import { isTime } from "./literals.js";
import { scan } from "./scan.js";
import {
  Arrow,
  BinaryOperatorToken,
  Colon,
  Comma,
  Dot,
  Equals,
  ForeignComment,
  Greater,
  keywords,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Less,
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

// What a comment would be if its `//` divided, judged by its words alone; whether its names are numbers is decided elsewhere.

/** How a `//` comment can be understood. */
export type Reading =
  | { readonly kind: "remark" }
  /** `// 2`, `// 2 * k`, `// 2) * k`, `// 2, kernel: 1`: a divisor, and perhaps code after it. */
  | {
      readonly kind: "divisor";
      readonly text: string;
      /** Expressions after it; if one of them has no meaning, it is prose: `// 0.9, Nesterov`. */
      readonly others: readonly string[];
      /** `// 3, 224, 224`: a shape, unless the comma and the rest belong to an open bracket. */
      readonly isRow: boolean;
      /** It contains more than a divisor. */
      readonly isCode: boolean;
    }
  /** `// 2 -> relu`: code only if the file is invalid otherwise. */
  | { readonly kind: "code" };

const remark: Reading = { kind: "remark" };

/** Longer comments count as prose: this bounds the work. */
const longestDivisor = 1000;

const arithmetic: ReadonlySet<TokenType> = new Set([Plus, Minus, Star, StarStar, Slash, Percent]);
const opens: ReadonlySet<TokenType> = new Set([LeftParen, LeftSquare, LeftCurly]);
const closes: ReadonlySet<TokenType> = new Set([RightParen, RightSquare, RightCurly]);
const operands: ReadonlySet<TokenType> = new Set([Name, NumberToken, StringToken]);

const isOperand = ({ tokenType, image }: IToken): boolean => operands.has(tokenType) && !keywords.has(image);
const endsOperand = (token: IToken): boolean => isOperand(token) || closes.has(token.tokenType);

/** Whether the tokens may be code: prose has words next to each other. */
function readsAsCode(tokens: readonly IToken[]): boolean {
  return tokens.every((token, i) => {
    const before = tokens[i - 1];
    if (before === undefined || !isOperand(token) || !endsOperand(before)) return true;
    // `a // 2) b = 3`: the next statement on the same line.
    return tokens[i + 1]?.tokenType === Equals;
  });
}

/** The first bracket that closes one opened before `at`, or the comma there; else the end. */
function endOfPart(tokens: readonly IToken[], at: number): number {
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    const type = (tokens[i] as IToken).tokenType;
    if (opens.has(type)) depth++;
    else if (closes.has(type) && depth-- === 0) return i;
    else if (type === Comma && depth === 0) return i;
  }
  return tokens.length;
}

const textOfTokens = (tokens: readonly IToken[]): string => tokens.map(({ image }) => image).join(" ");

/** `3 or 4`, with increasing numbers, is an enumeration; `2 or 1` is Python's way of replacing zero. */
const countsUp = (a: IToken, b: IToken | undefined): boolean =>
  a.tokenType === NumberToken && b?.tokenType === NumberToken && Number(a.image) < Number(b.image);

/** Where an expression begins again after Python-only syntax: `if c else B`, `or B`, `<< B`. */
function pythonTail(tokens: readonly IToken[], at: number, end: number): number | undefined {
  const [token, next] = [tokens[at] as IToken, tokens[at + 1]];
  const isShift = token.tokenType === Less || token.tokenType === Greater;
  if (isShift && next?.tokenType === token.tokenType && next.startOffset === endOf(token)) return at + 2;
  if (token.image === "or") return countsUp(tokens[at - 1] as IToken, next) ? undefined : at + 1;
  if (token.image !== "if") return undefined;
  const otherwise = tokens.findIndex(({ image }, i) => i > at && i < end && image === "else");
  return otherwise < 0 ? undefined : otherwise + 1;
}

interface Ours {
  readonly tokens: readonly IToken[];
  /** The parts left out, each with the number of tokens before it. */
  readonly tails: readonly { readonly at: number; readonly text: string }[];
}

/** The tokens without Python-only syntax: `+2`, `2 if c else 4`, `c or 1`, `c << 1`. */
function withoutPython(found: readonly IToken[]): Ours {
  const tokens: IToken[] = [];
  const tails: { at: number; text: string }[] = [];
  for (let i = 0; i < found.length; i++) {
    const token = found[i] as IToken;
    const before = tokens.at(-1);
    if (before === undefined || !endsOperand(before)) {
      const isSign = token.tokenType === Plus && found[i + 1]?.startOffset === endOf(token);
      if (!isSign) tokens.push(token);
      continue;
    }
    const mayBegin = token.tokenType === Less || token.tokenType === Greater || ["if", "or"].includes(token.image);
    const end = mayBegin ? endOfPart(found, i) : i;
    const tail = mayBegin ? pythonTail(found, i, end) : undefined;
    if (tail === undefined || tail >= end) {
      tokens.push(token);
      continue;
    }
    tails.push({ at: tokens.length, text: textOfTokens(found.slice(tail, end)) });
    i = end - 1;
  }
  return { tokens, tails };
}

/** Number of tokens at the beginning that form one numeric expression; its brackets may contain anything but prose. */
function divisorLength(tokens: readonly IToken[]): number {
  let wantsOperand = true;
  let i = 0;
  /** The index after a bracket's end; 0 if it has none. */
  const behindGroup = (): number => {
    let end = endOfPart(tokens, i + 1);
    while (tokens[end]?.tokenType === Comma) end = endOfPart(tokens, end + 1);
    const closer = (tokens[i] as IToken).tokenType === LeftParen ? RightParen : RightSquare;
    return tokens[end]?.tokenType === closer && readsAsCode(tokens.slice(i + 1, end)) ? end + 1 : 0;
  };
  while (i < tokens.length) {
    const { tokenType: type, image } = tokens[i] as IToken;
    const before = tokens[i - 1]?.tokenType;
    const isGroup = wantsOperand
      ? type === LeftParen
      : (type === LeftParen && before === Name) || (type === LeftSquare && before !== NumberToken);
    if (isGroup) {
      i = behindGroup();
      if (i === 0) return 0;
      wantsOperand = false;
      continue;
    }
    if (wantsOperand) {
      if (type === NumberToken || type === Name) {
        // A percentage is not a divisor, `rate = 0.5   // 50%`, nor is a time or `007`.
        if (
          image.endsWith("%") ||
          (type === NumberToken && isTime(image)) ||
          /^0\d/.test(image) ||
          (type === Name && keywords.has(image))
        )
          return 0;
        wantsOperand = false;
      } else if (type !== Minus) return 0;
    } else if (arithmetic.has(type) || type === Dot) wantsOperand = true;
    else break;
    i++;
  }
  return wantsOperand ? 0 : i;
}

/** Tokens that may follow a divisor in code; after anything else it is prose: `// 2. the stem`, `// 3: of three`. */
const followers: ReadonlySet<TokenType> = new Set([...closes, Comma, Arrow]);
const isFollower = (token: IToken): boolean =>
  followers.has(token.tokenType) ||
  token.tokenType.CATEGORIES?.includes(BinaryOperatorToken) === true ||
  ["then", "else", "do", "as", "and", "or", "within"].includes(token.image);

const dates = /^(?:\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2\d{4}|(?:19|20)\d\d-\d\d?)$/;
const paperNumber = /^\d{4}\.\d{4,5}$/;
const range = /^(\d[\d.]*(?:e[+-]?\d+)?)([kMG]?)\s*-\s*(\d[\d.]*(?:e[+-]?\d+)?)([kMG]?)$/i;

/** `2019-11-02`, `1706.03762`, `0.1-0.9`: written with arithmetic signs, but not divisors. */
function isNoArithmetic(text: string): boolean {
  const [, from, unit, to, unitOfTo] = range.exec(text) ?? [];
  const isRange = Number(from) < Number(to) && (unit === "" || unit === unitOfTo);
  return isRange || dates.test(text) || paperNumber.test(text);
}

/** The words up to the next `//` that begins a comment, outside of brackets opened before it. */
function wordsOf(whole: string): { readonly words: string; readonly inner: number } {
  let depth = 0;
  let from = 0;
  for (;;) {
    const inner = whole.indexOf("//", from);
    if (inner < 0) return { words: whole, inner };
    for (const { tokenType: type } of scan(whole.slice(from, inner)).tokens) {
      if (opens.has(type)) depth++;
      else if (closes.has(type)) depth--;
    }
    if (depth <= 0) return { words: whole.slice(0, inner), inner };
    from = inner + 2;
  }
}

/** How the comment from `at` to `end` is understood. */
export function readRemark(text: string, at: number, end: number): Reading {
  if (text[at + 2] === "/") return remark;
  const last = Math.min(end, at + 2 + longestDivisor);
  const whole = text.slice(at + 2, last);
  // Most are prose, which is cheap to detect.
  if (!/^\s*(?:[\w(-]|\+[\w(])/.test(whole)) return remark;
  const { words: all, inner } = wordsOf(whole);
  // `2;` and `2; d = 4`, statements ended as in Python.
  const words = /^([^;]*);\s*(?:[A-Za-z_]\w*\s*=[^=].*)?$/.exec(all)?.[1] ?? all;
  const { tokens: scanned, strays, docs } = scan(words, () => true);
  if (strays.length > 0 || docs.length > 0) return remark;
  const endsInComment = scanned.at(-1)?.tokenType === ForeignComment;
  const { tokens, tails } = withoutPython(endsInComment ? scanned.slice(0, -1) : scanned);
  const length = divisorLength(tokens);
  if (length === 0) return remark;
  const divisor = textOfTokens(tokens.slice(0, length));
  const others = tails.filter((tail) => tail.at <= length).map((tail) => tail.text);
  const found = { kind: "divisor", text: divisor, others, isRow: false, isCode: false } as const;
  const rest = tokens.slice(length);
  const next = rest[0];
  const isNested = inner >= 0 && !endsInComment;
  if (next === undefined) {
    // `f(a // 2 // 3)`: it is the same as the next one, unless that is a comment on the division.
    const after = isNested ? readRemark(text, at + 2 + inner, last) : remark;
    if (after.kind === "code" || (after.kind === "divisor" && after.isCode)) return after;
    return isNoArithmetic(words.trim()) ? remark : found;
  }
  if (!isFollower(next) || !readsAsCode(rest)) return remark;
  if (closes.has(next.tokenType) && next.tokenType !== RightCurly) return { ...found, isCode: true };
  if (next.tokenType !== Comma) return { kind: "code" };
  const isArguments = rest.some(({ tokenType }) => tokenType === Colon);
  if (isArguments || rest.length === 1) return { ...found, isCode: true };
  if (isNoArithmetic(divisor.replaceAll(" ", ""))) return { kind: "code" };
  return { ...found, others: [...others, ...itemsOf(rest)], isRow: true, isCode: true };
}

/** The items after commas, up to the end of the enclosing brackets. */
function itemsOf(rest: readonly IToken[]): readonly string[] {
  const items: string[] = [];
  for (let at = 0; rest[at]?.tokenType === Comma; ) {
    const end = endOfPart(rest, at + 1);
    if (end > at + 1) items.push(textOfTokens(rest.slice(at + 1, end)));
    at = end;
  }
  return items;
}
