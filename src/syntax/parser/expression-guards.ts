import type { IToken, TokenType } from "chevrotain";
import type { Expression, Identifier, StringLiteral } from "../ast-expressions.js";
import { endOf, isCloser } from "../classify.js";
import { floorDivision, type InfixOperator } from "../operators.js";
import {
  As,
  BatchN,
  Binding,
  Colon,
  Comma,
  constantKeywords,
  DotDot,
  declarationKeywords,
  Else,
  EqualEqual,
  Equals,
  LeftCurly,
  LeftParen,
  Name,
  Not,
  RightParen,
  StringToken,
  statementKeywords,
  textOf,
} from "../tokens.js";
import { itemStarts, maxHeight, type Parsing } from "./parsing.js";

const reservedWords = new Set<TokenType>([...declarationKeywords, ...statementKeywords, ...constantKeywords]);
const wordsInPlaceOfNames = new Set([...declarationKeywords, ...statementKeywords]);

/** `=` instead of `:`. */
export function mendColon(p: Parsing): void {
  if (!p.at(Equals)) return;
  p.reportNext("syntax/equals-for-colon", {}, replacing(p, ":"));
  p.takeAs(Colon);
}

/** `:` or `:=` instead of `=`. */
export function mendEquals(p: Parsing): void {
  if (p.at(Colon) && p.LA(2).tokenType === Equals) {
    p.reportNext("syntax/colon-for-equals", {});
    p.skip();
  } else if (p.at(Colon)) {
    p.reportNext("syntax/colon-for-equals", {}, replacing(p, "="));
    p.takeAs(Equals);
  }
}

/** After an item: reports a missing comma, and skips unexpected text. */
export function separate(p: Parsing, where: "arguments" | "list" | "group" | "parameters"): void {
  if (p.at(Comma) || p.atAnchor || isCloser(p.LA(1).tokenType)) return;
  if (where === "list" && p.at(DotDot)) return;
  if (itemStarts.has(p.LA(1).tokenType)) {
    const fix = { title: "Put a comma here", span: p.reports.span(p.endOffset, p.endOffset), text: "," };
    p.reportGap("syntax/missing-comma", { where, found: p.describeNext() }, { fix });
    return;
  }
  refuseNext(p, "", () => p.at(Comma) || isCloser(p.LA(1).tokenType));
}

/** `(, a)` and `(a,, b)`: an item is missing between the commas. */
export function refuseStrayCommas<T>(p: Parsing, items: T[], wrap: (missing: Expression) => T): void {
  while (p.at(Comma)) {
    p.reportGap("syntax/missing-expression", { found: p.describeNext() });
    items.push(wrap(p.missing()));
    p.skip();
  }
}

/** Reports the next token as unexpected, and skips to the next expected one. */
export function refuseNext(p: Parsing, why: string, isThere: () => boolean): void {
  p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why });
  if (!p.atAnchor) p.skipBalanced();
  p.skipUntil(isThere);
}

/** `[..3]` and `[1, 2..3]`: a range needs one end on each side. */
export function expectOneItem(p: Parsing, items: Expression[]): void {
  if (items.length === 0) {
    p.reportGap("syntax/missing-expression", { found: p.describeNext() });
    items.push(p.missing());
  } else if (items.length > 1) {
    const why = "A range has one expression on each side of `..`.";
    p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why });
  }
}

export function refuseEmptyGroup(p: Parsing, items: Expression[]): void {
  if (p.at(RightParen)) {
    p.reportGap("syntax/missing-expression", { found: p.describeNext() });
    items.push(p.missing());
  }
  refuseStrayCommas(p, items, (missing) => missing);
}

export function refuseTrailingComma(p: Parsing, items: Expression[]): void {
  refuseStrayCommas(p, items, (missing) => missing);
  if (p.at(RightParen)) p.reportGap("syntax/missing-expression", { found: p.describeNext() });
}

export function missingElse(p: Parsing): Expression | undefined {
  if (p.at(Else)) return undefined;
  // Unexpected text before an existing `else`.
  if (!p.atAnchor && !p.nextStartsLine && !isCloser(p.LA(1).tokenType) && !p.at(Comma)) {
    refuseNext(p, "", () => p.at(Else) || p.at(Comma) || isCloser(p.LA(1).tokenType));
    return p.at(Else) ? undefined : p.missing();
  }
  p.reportGap("syntax/missing-else", {});
  return p.missing();
}

/** A word like `model` or `weight` as a value: not where it begins its own construct. */
export function reservedWord(p: Parsing): boolean {
  if (p.atEnd || !wordsInPlaceOfNames.has(p.LA(1).tokenType) || p.nextStartsLine) return false;
  const after = p.LA(2).tokenType;
  return after !== Name && after !== Binding;
}

export function takeReservedWord(p: Parsing): Expression {
  p.reportNext("syntax/reserved-name", { name: p.LA(1).image });
  const name = identifier(p.LA(1), p.file);
  p.skip();
  return { kind: "NameExpression", name, span: name.span };
}

/** `=` instead of `==`, between two operands. */
export function mendOperator(p: Parsing): void {
  if (!p.at(Equals)) return;
  p.reportNext("syntax/equals-for-comparison", {}, replacing(p, "=="));
  p.takeAs(EqualEqual);
}

/** `conv(8) as first -> relu`: the part before the first arrow cannot have a name. */
export function refuseAlias(p: Parsing): void {
  if (!p.at(As) || p.LA(2).tokenType !== Name) return;
  p.reports.add("syntax/as-before-arrow", { name: p.LA(2).image }, p.LA(1).startOffset, endOf(p.LA(2)));
  p.skip();
  p.skip();
}

/** `conv(8)(x)`, as in PyTorch; returns whether it was found. */
export function refuseSecondCall(p: Parsing, name: string): boolean {
  if (!p.at(LeftParen) || p.nextStartsLine) return false;
  p.reportNext("syntax/second-call", { name });
  while (p.at(LeftParen)) p.skipBalanced();
  return true;
}

export function refuseBraces(p: Parsing, name: string): void {
  if (!p.at(LeftCurly)) return;
  p.reportNext("syntax/braces-after-call", { name });
  p.skipBalanced();
}

export function pushBinary(p: Parsing, mark: number, token: IToken): void {
  const operator = textOf(token.tokenType) as InfixOperator;
  if (operator === floorDivision) {
    p.reports.add(
      "syntax/floor-division",
      { remark: lineFrom(p.text, token.startOffset) },
      token.startOffset,
      endOf(token),
    );
  }
  if (!p.operations.binary(mark, operator, token.startOffset)) {
    p.reports.add("syntax/chained-comparison", { operator }, token.startOffset, endOf(token));
  }
}

export function pushPrefix(p: Parsing, mark: number, token: IToken): void {
  const operator = token.tokenType === Not ? "not" : "-";
  if (!p.operations.prefix(mark, operator, token.startOffset)) {
    p.reports.add("syntax/needs-parentheses", { word: "not" }, token.startOffset, endOf(token));
  }
}

export function limitHeight(p: Parsing, found: Expression, start: number): Expression {
  if (p.height <= maxHeight) return found;
  const what = "terms or other parts nested in one expression";
  p.reports.add("syntax/nesting-too-deep", { limit: maxHeight, what }, start, p.endOffset);
  return p.missing();
}

export function replacing(p: Parsing, text: string) {
  const { startOffset } = p.LA(1);
  const span = p.reports.span(startOffset, endOf(p.LA(1)));
  return { fix: { title: `Write \`${text}\``, span, text } };
}

/** The token in place of a name: a reserved word is used as the name; otherwise the name is empty. */
export function oddName(p: Parsing, what: string): Identifier | undefined {
  if (p.atKind(Name)) return undefined;
  const next = p.grammar.LA(1);
  if (!p.atEnd && reservedWords.has(next.tokenType) && (next.tokenType === BatchN || !p.nextStartsLine)) {
    p.reportNext("syntax/reserved-name", { name: next.image });
    p.skip();
    return { kind: "Identifier", text: next.image, span: p.reports.span(next.startOffset, endOf(next)) };
  }
  const holes = { what, found: p.describeNext() };
  if (p.atAnchor || p.nextStartsLine) p.reportGap("syntax/missing-name", holes);
  else p.reportNext("syntax/missing-name", holes);
  return { kind: "Identifier", text: "", span: p.spanFrom(p.endOffset) };
}

/** The rest of a line. */
function lineFrom(text: string, start: number): string {
  return /^[^\n\r]*/.exec(text.slice(start, start + 80))?.[0].trimEnd() ?? "";
}

export function identifier(token: IToken, file: string): Identifier {
  const start = token.startOffset;
  return { kind: "Identifier", text: token.image, span: { file, start, end: endOf(token) } };
}

/** Reports that `expected` is missing, and stands in for it, unless a string follows. */
export function stringOr(p: Parsing, expected: string): StringLiteral | undefined {
  if (p.at(StringToken)) return undefined;
  p.reportGap("syntax/expected-token", { expected, found: p.describeNext() });
  return { kind: "StringLiteral", value: "", span: p.spanFrom(p.endOffset) };
}
