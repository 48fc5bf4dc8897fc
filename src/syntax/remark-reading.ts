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

// What a remark would be if its `//` divided, told by its words alone: whether its names are numbers, others know.

/** How a `//` reads. */
export type Reading =
  | { readonly kind: "remark" }
  /** `// 2`, `// 2 * k`, `// 2) * k`, `// 2, kernel: 1`: a divisor, and perhaps code behind it. */
  | {
      readonly kind: "divisor";
      readonly text: string;
      /** Expressions behind it; where one of them means nothing, it is prose: `// 0.9, Nesterov`. */
      readonly others: readonly string[];
      /** `// 3, 224, 224`: a shape, but where the comma and what follows belong to an open bracket. */
      readonly isRow: boolean;
      /** It takes more than a divisor with it. */
      readonly isCode: boolean;
    }
  /** `// 2 -> relu`: code only if the file makes no sense otherwise. */
  | { readonly kind: "code" };

const remark: Reading = { kind: "remark" };

/** Longer remarks are prose, or nobody's: this bounds the work. */
const longestDivisor = 1000;

const arithmetic: ReadonlySet<TokenType> = new Set([Plus, Minus, Star, StarStar, Slash, Percent]);
const opens: ReadonlySet<TokenType> = new Set([LeftParen, LeftSquare, LeftCurly]);
const closes: ReadonlySet<TokenType> = new Set([RightParen, RightSquare, RightCurly]);
const operands: ReadonlySet<TokenType> = new Set([Name, NumberToken, StringToken]);

const isOperand = ({ tokenType, image }: IToken): boolean => operands.has(tokenType) && !keywords.has(image);
const endsOperand = (token: IToken): boolean => isOperand(token) || closes.has(token.tokenType);

/** Whether the tokens could stand in a file: prose has words beside each other. */
function readsAsCode(tokens: readonly IToken[]): boolean {
  return tokens.every((token, i) => {
    const before = tokens[i - 1];
    if (before === undefined || !isOperand(token) || !endsOperand(before)) return true;
    // `a // 2) b = 3`: the next statement on the same line.
    return tokens[i + 1]?.tokenType === Equals;
  });
}

/** The first bracket that closes what is open before `at`, or the comma there; else the end. */
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

/** `3 or 4`, of numbers that count upwards, is how people list them; `2 or 1` is how Python says what stands in for zero. */
const countsUp = (a: IToken, b: IToken | undefined): boolean =>
  a.tokenType === NumberToken && b?.tokenType === NumberToken && Number(a.image) < Number(b.image);

/** Where what only Python has behind a value begins to be an expression again: `if c else B`, `or B`, `<< B`. */
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
  /** What was left out, each with the number of the tokens before it. */
  readonly tails: readonly { readonly at: number; readonly text: string }[];
}

/** The tokens without what only Python has: `+2`, `2 if c else 4`, `c or 1`, `c << 1`. */
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

/** How many tokens at the beginning read as one numeric expression; in its brackets anything may stand that is no prose. */
function divisorLength(tokens: readonly IToken[]): number {
  let wantsOperand = true;
  let i = 0;
  /** Behind a bracket's end; 0 where it has none. */
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
        // A share is no divisor, `rate = 0.5   // 50%`, nor is a time or `007`.
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

/** What may follow a divisor in code; what else does makes it prose: `// 2. the stem`, `// 3: of three`. */
const followers: ReadonlySet<TokenType> = new Set([...closes, Comma, Arrow]);
const isFollower = (token: IToken): boolean =>
  followers.has(token.tokenType) ||
  token.tokenType.CATEGORIES?.includes(BinaryOperatorToken) === true ||
  ["then", "else", "do", "as", "and", "or", "within"].includes(token.image);

const dates = /^(?:\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2\d{4}|(?:19|20)\d\d-\d\d?)$/;
const paperNumber = /^\d{4}\.\d{4,5}$/;
const range = /^(\d[\d.]*(?:e[+-]?\d+)?)([kMG]?)\s*-\s*(\d[\d.]*(?:e[+-]?\d+)?)([kMG]?)$/i;

/** `2019-11-02`, `1706.03762`, `0.1-0.9`: what people write with the signs of arithmetic, and nobody divides by. */
function isNoArithmetic(text: string): boolean {
  const [, from, unit, to, unitOfTo] = range.exec(text) ?? [];
  const isRange = Number(from) < Number(to) && (unit === "" || unit === unitOfTo);
  return isRange || dates.test(text) || paperNumber.test(text);
}

/** The words up to the next `//` that begins a comment, which is one outside of the brackets that are opened before it. */
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

/** How the remark from `at` to `end` reads. */
export function readRemark(text: string, at: number, end: number): Reading {
  if (text[at + 2] === "/") return remark;
  const last = Math.min(end, at + 2 + longestDivisor);
  const whole = text.slice(at + 2, last);
  // Most are prose: cheap to tell.
  if (!/^\s*(?:[\w(-]|\+[\w(])/.test(whole)) return remark;
  const { words: all, inner } = wordsOf(whole);
  // `2;` and `2; d = 4`, as Python ends a statement.
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
    // `f(a // 2 // 3)`: it is what the next one is, but for a remark about the division.
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

/** The items behind commas, up to the end of the brackets that they stand in. */
function itemsOf(rest: readonly IToken[]): readonly string[] {
  const items: string[] = [];
  for (let at = 0; rest[at]?.tokenType === Comma; ) {
    const end = endOfPart(rest, at + 1);
    if (end > at + 1) items.push(textOfTokens(rest.slice(at + 1, end)));
    at = end;
  }
  return items;
}
