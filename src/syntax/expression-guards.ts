import type { IToken } from "chevrotain";
import type { Expression, Identifier } from "./ast-expressions.js";
import { endOf, isCloser } from "./classify.js";
import { floorDivision, type InfixOperator } from "./operators.js";
import { maxHeight, ParserBase } from "./parser-base.js";
import {
  As,
  BatchN,
  Binding,
  Colon,
  Comma,
  DotDot,
  declarationKeywords,
  Else,
  EqualEqual,
  Equals,
  False,
  For,
  If,
  Label,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Minus,
  Name,
  Not,
  NumberToken,
  RightParen,
  StringToken,
  statementKeywords,
  True,
  textOf,
} from "./tokens.js";

/** With these an argument or any other expression can begin. */
export const itemStarts = new Set([
  Name,
  Label,
  NumberToken,
  StringToken,
  True,
  False,
  BatchN,
  LeftParen,
  LeftSquare,
  If,
  For,
  Not,
]);
const wordsInPlaceOfNames = new Set([...declarationKeywords, ...statementKeywords]);

/** What the rules of expressions do where the text is wrong, as far as it takes no rule to do it. */
export abstract class ExpressionGuards extends ParserBase {
  /** `=` where `:` is meant. */
  protected mendColon(): void {
    if (!this.at(Equals)) return;
    this.reportNext("syntax/equals-for-colon", {}, this.replacing(":"));
    this.takeAs(Colon);
  }

  /** `:` or `:=` where `=` is meant. */
  protected mendEquals(): void {
    if (this.at(Colon) && this.LA(2).tokenType === Equals) {
      this.reportNext("syntax/colon-for-equals", {});
      this.skip();
    } else if (this.at(Colon)) {
      this.reportNext("syntax/colon-for-equals", {}, this.replacing("="));
      this.takeAs(Equals);
    }
  }

  /** Whether an argument, or any expression, can begin here. */
  protected readonly isAtItem = (): boolean =>
    itemStarts.has(this.LA(1).tokenType) || this.at(Minus) || this.atKind(Name);

  /** After an item: says which comma is missing, and skips what belongs to none. */
  protected separate(where: "arguments" | "list" | "group" | "parameters"): void {
    if (this.at(Comma) || this.atAnchor || isCloser(this.LA(1).tokenType)) return;
    if (where === "list" && this.at(DotDot)) return;
    if (itemStarts.has(this.LA(1).tokenType)) {
      const fix = { title: "Put a comma here", span: this.reports.span(this.endOffset, this.endOffset), text: "," };
      this.reportGap("syntax/missing-comma", { where, found: this.describeNext() }, { fix });
      return;
    }
    this.refuseNext("", () => this.at(Comma) || isCloser(this.LA(1).tokenType));
  }

  /** `(, a)` and `(a,, b)`: something is missing between the commas. */
  protected refuseStrayCommas<T>(items: T[], wrap: (missing: Expression) => T): void {
    while (this.at(Comma)) {
      this.reportGap("syntax/missing-expression", { found: this.describeNext() });
      items.push(wrap(this.missing()));
      this.skip();
    }
  }

  /** Says that the next token does not belong here, and skips to where the text makes sense again. */
  protected refuseNext(why: string, isThere: () => boolean): void {
    this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why });
    if (!this.atAnchor) this.skipBalanced();
    this.skipUntil(isThere);
  }

  /** `[..3]` and `[1, 2..3]`: a range has one end on each side. */
  protected expectOneItem(items: Expression[]): void {
    if (items.length === 0) {
      this.reportGap("syntax/missing-expression", { found: this.describeNext() });
      items.push(this.missing());
    } else if (items.length > 1) {
      const why = "A range has one expression on each side of `..`.";
      this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why });
    }
  }

  protected refuseEmptyGroup(items: Expression[]): void {
    if (this.at(RightParen)) {
      this.reportGap("syntax/missing-expression", { found: this.describeNext() });
      items.push(this.missing());
    }
    this.refuseStrayCommas(items, (missing) => missing);
  }

  protected refuseTrailingComma(items: Expression[]): void {
    this.refuseStrayCommas(items, (missing) => missing);
    if (this.at(RightParen)) this.reportGap("syntax/missing-expression", { found: this.describeNext() });
  }

  protected missingElse(): Expression | undefined {
    if (this.at(Else)) return undefined;
    // Something unexpected before an `else` that is there.
    if (!this.atAnchor && !this.nextStartsLine && !isCloser(this.LA(1).tokenType) && !this.at(Comma)) {
      this.refuseNext("", () => this.at(Else) || this.at(Comma) || isCloser(this.LA(1).tokenType));
      return this.at(Else) ? undefined : this.missing();
    }
    this.reportGap("syntax/missing-else", {});
    return this.missing();
  }

  /** A word like `model` or `weight` used as a value: not where it begins something of its own. */
  protected reservedWord(): boolean {
    if (this.atEnd || !wordsInPlaceOfNames.has(this.LA(1).tokenType) || this.nextStartsLine) return false;
    const after = this.LA(2).tokenType;
    return after !== Name && after !== Binding;
  }

  protected takeReservedWord(): Expression {
    this.reportNext("syntax/reserved-name", { name: this.LA(1).image });
    const name = identifier(this.LA(1), this.file);
    this.skip();
    return { kind: "NameExpression", name, span: name.span };
  }

  /** `=` for `==`, between two operands. */
  protected mendOperator(): void {
    if (!this.at(Equals)) return;
    this.reportNext("syntax/equals-for-comparison", {}, this.replacing("=="));
    this.takeAs(EqualEqual);
  }

  /** `conv(8) as first -> relu`: what stands before the first arrow has no place of its own. */
  protected refuseAlias(): void {
    if (!this.at(As) || this.LA(2).tokenType !== Name) return;
    this.reports.add("syntax/as-before-arrow", { name: this.LA(2).image }, this.LA(1).startOffset, endOf(this.LA(2)));
    this.skip();
    this.skip();
  }

  /** `conv(8)(x)`, as PyTorch writes it; says whether it stood there. */
  protected refuseSecondCall(name: string): boolean {
    if (!this.at(LeftParen) || this.nextStartsLine) return false;
    this.reportNext("syntax/second-call", { name });
    while (this.at(LeftParen)) this.skipBalanced();
    return true;
  }

  protected refuseBraces(name: string): void {
    if (!this.at(LeftCurly)) return;
    this.reportNext("syntax/braces-after-call", { name });
    this.skipBalanced();
  }

  protected pushBinary(mark: number, token: IToken): void {
    const operator = textOf(token.tokenType) as InfixOperator;
    if (operator === floorDivision) {
      this.reports.add(
        "syntax/floor-division",
        { remark: lineFrom(this.text, token.startOffset) },
        token.startOffset,
        endOf(token),
      );
    }
    if (!this.operations.binary(mark, operator, token.startOffset)) {
      this.reports.add("syntax/chained-comparison", { operator }, token.startOffset, endOf(token));
    }
  }

  protected pushPrefix(mark: number, token: IToken): void {
    const operator = token.tokenType === Not ? "not" : "-";
    if (!this.operations.prefix(mark, operator, token.startOffset)) {
      this.reports.add("syntax/needs-parentheses", { word: "not" }, token.startOffset, endOf(token));
    }
  }

  protected limitHeight(found: Expression, start: number): Expression {
    if (this.height <= maxHeight) return found;
    const what = "terms or other parts nested in one expression";
    this.reports.add("syntax/nesting-too-deep", { limit: maxHeight, what }, start, this.endOffset);
    return this.missing();
  }

  protected replacing(text: string) {
    const { startOffset } = this.LA(1);
    const span = this.reports.span(startOffset, endOf(this.LA(1)));
    return { fix: { title: `Write \`${text}\``, span, text } };
  }

  protected spanOf(token: IToken) {
    return this.reports.span(token.startOffset, endOf(token));
  }
}

/** What is left of a line. */
function lineFrom(text: string, start: number): string {
  return /^[^\n\r]*/.exec(text.slice(start, start + 80))?.[0].trimEnd() ?? "";
}

export function identifier(token: IToken, file: string): Identifier {
  const start = token.startOffset;
  return { kind: "Identifier", text: token.image, span: { file, start, end: endOf(token) } };
}
