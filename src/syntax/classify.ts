import type { IToken, TokenType } from "chevrotain";
import {
  Allow,
  Arrow,
  As,
  BatchN,
  Binding,
  Block,
  Check,
  Colon,
  Comma,
  Const,
  Dot,
  declarationKeywords,
  Else,
  Equals,
  False,
  Fn,
  For,
  ForeignComment,
  From,
  Import,
  Input,
  keywords,
  Label,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Lfer,
  Model,
  Name,
  NumberToken,
  On,
  Output,
  Recipe,
  RightCurly,
  RightParen,
  RightSquare,
  retag,
  Share,
  StringToken,
  statementKeywords,
  Then,
  Training,
  True,
  Variant,
  Weight,
} from "./tokens.js";

/** Facts derived from the tokens alone: which names are keywords, labels or bindings, and matching brackets. */
export interface Classified {
  readonly tokens: IToken[];
  /** By token index: the index of the closing bracket, or -1. */
  readonly closing: Int32Array;
  /** Offsets, ascending, at which error recovery ends. */
  readonly anchors: readonly number[];
}

const ids = (...types: readonly TokenType[]): ReadonlySet<TokenType> => new Set(types);

/** Keywords before a declared name, so that a following `=` does not begin a binding. */
const naming = ids(Const, Block, Fn, Variant, Share, Model, Recipe, Check, On);
/** The same, if the name is followed by `:`. */
const namingBeforeColon = ids(Weight, Input, Output);
/** The same, if the name is not on a line of its own: there it begins the next statement. */
const namingOnLine = ids(Weight, Input, Output, As, Dot, For, Import);
const openers = ids(LeftParen, LeftSquare, LeftCurly);
const closers = ids(RightParen, RightSquare, RightCurly);
/** A name, or a soft keyword outside of its construct. */
const names = ids(Name, Lfer, From, Training);
const expressionEnds = ids(...names, NumberToken, StringToken, RightParen, RightSquare, True, False, BatchN, Label);
const declarations = ids(...declarationKeywords);
const statements = ids(...statementKeywords, Allow);
/** Keywords of `if` are never names of values, so `then = 3` is not a binding. */
const never = ids(Then, Else);

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Whether there is a line break between two offsets. */
export function hasLineBreak(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || c === 13) return true;
  }
  return false;
}

/** Distinguishes keywords from names and finds the anchors, in one pass. Changes the tokens in place; linear. */
export function classify(text: string, lexed: readonly IToken[]): Classified {
  const tokens = lexed.filter((t) => t.tokenType !== ForeignComment);
  const closing = new Int32Array(tokens.length).fill(-1);
  const anchors: number[] = [];
  const open: number[] = [];

  const typeAt = (i: number): TokenType | undefined => tokens[i]?.tokenType;
  const isName = (type: TokenType | undefined): boolean => type !== undefined && names.has(type);
  const innermost = (): TokenType | undefined => (open.length === 0 ? undefined : typeAt(open[open.length - 1] ?? -1));
  const closeParens = (): void => {
    while (open.length > 0 && innermost() !== LeftCurly) open.pop();
  };
  const startsLine = (i: number): boolean => {
    const before = tokens[i - 1];
    return before === undefined || hasLineBreak(text, endOf(before), (tokens[i] as IToken).startOffset);
  };
  /** Whether a statement can begin at `i`: after a complete expression or a brace, or on a line of its own. */
  const canBegin = (i: number): boolean => {
    const before = typeAt(i - 1);
    if (before === undefined || before === LeftCurly || before === RightCurly) return true;
    return expressionEnds.has(before) || startsLine(i);
  };

  const namesAt = (i: number, before: TokenType, mark: TokenType): boolean =>
    naming.has(before) ||
    (mark === Colon && namingBeforeColon.has(before)) ||
    (namingOnLine.has(before) && !startsLine(i));

  /** Whether `allow(` at `i` is the phrase: between statements or declarations, never within an expression. */
  const isAllow = (i: number): boolean => {
    if (tokens[i]?.image !== "allow" || typeAt(i + 1) !== LeftParen) return false;
    const inside = innermost();
    if (inside !== undefined && inside !== LeftCurly) return false;
    const before = typeAt(i - 1);
    return before === undefined || before === LeftCurly || before === RightCurly || expressionEnds.has(before);
  };

  /** The name at `i` is before `=` or `:` outside of brackets: marks the first of `NAME, NAME =` as the binding. */
  const tagBinding = (i: number, mark: TokenType): void => {
    let first = i;
    while (typeAt(first - 1) === Comma && isName(typeAt(first - 2))) first -= 2;
    const before = typeAt(first - 1);
    if (before !== undefined && namesAt(first, before, mark)) return;
    if (before === Comma || !canBegin(first)) return;
    // `a ? b : c` is no statement; `b: c` on a line of its own is one with the wrong sign.
    if (mark === Colon && before !== LeftCurly && !startsLine(first)) return;
    retag(tokens[first] as IToken, Binding);
    anchors.push((tokens[first] as IToken).startOffset);
  };

  const tagNameBeforeMark = (i: number, mark: TokenType): void => {
    const token = tokens[i] as IToken;
    const before = typeAt(i - 1);
    if (before !== undefined && namesAt(i, before, mark)) return;
    const inside = innermost();
    // `const = 3` at file level lacks its name.
    if (inside === undefined && declarations.has(token.tokenType)) return;
    if (inside === LeftParen || inside === LeftSquare) {
      const afterSeparator = before === LeftParen || before === Comma;
      if (inside === LeftParen && (afterSeparator || mark === Colon)) {
        retag(token, Label);
        return;
      }
      // `x = conv(3` with an unclosed bracket, and the next statement on the next line.
      if (mark !== Equals || afterSeparator || before === LeftSquare || before === Colon || !startsLine(i)) return;
      closeParens();
    }
    if (before === Colon && !startsLine(i)) return;
    tagBinding(i, mark);
  };

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    const before = typeAt(i - 1);
    if (token.tokenType === Name && before !== Dot) {
      const keyword = keywords.get(token.image);
      if (keyword !== undefined) retag(token, keyword);
      else if (isAllow(i)) retag(token, Allow);
    }
    const type = token.tokenType;
    const mark = typeAt(i + 1);
    if (type === Name || keywords.has(token.image)) {
      // After `Arrow`: `-> f = 3` is a stage with a stray `=`.
      if (
        (mark === Equals || mark === Colon) &&
        (!never.has(type) || innermost() === LeftParen) &&
        (before !== Arrow || startsLine(i))
      ) {
        tagNameBeforeMark(i, mark);
      }
    }
    if (openers.has(type)) open.push(i);
    else if (closers.has(type)) closeBracket(i, type);
    else if (declarations.has(token.tokenType)) {
      open.length = 0;
      anchors.push(token.startOffset);
    } else if (statements.has(token.tokenType)) {
      if (mark === Name) closeParens();
      anchors.push(token.startOffset);
    }
  }

  function closeBracket(i: number, type: TokenType): void {
    const wanted = type === RightParen ? LeftParen : type === RightSquare ? LeftSquare : LeftCurly;
    if (type === RightCurly) {
      closeParens();
      anchors.push((tokens[i] as IToken).startOffset);
    }
    if (innermost() !== wanted) return;
    closing[open.pop() ?? 0] = i;
  }

  anchors.sort((a, b) => a - b);
  return { tokens, closing, anchors };
}

/** Whether `type` begins a declaration. */
export function beginsDeclaration(type: TokenType): boolean {
  return declarations.has(type);
}

/** Whether a statement or a part of a model begins with `type`, including `require` and `return`. */
export function beginsStatement(type: TokenType): boolean {
  return type === Binding || statements.has(type);
}

/** Whether `type` is a closing bracket. */
export function isCloser(type: TokenType): boolean {
  return closers.has(type);
}
