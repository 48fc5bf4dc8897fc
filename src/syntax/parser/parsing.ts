import type { IToken, TokenType } from "chevrotain";
import type { DiagnosticCode, DiagnosticPlace, Holes } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { MissingExpression } from "../ast-expressions.js";
import { beginsDeclaration, beginsStatement, type Classified, endOf, hasLineBreak, isCloser } from "../classify.js";
import { OperatorStack } from "../operators.js";
import { nameOfText, nameOfType, Reports } from "../parse-errors.js";
import {
  BatchN,
  False,
  For,
  If,
  Label,
  LeftParen,
  LeftSquare,
  Minus,
  Name,
  Not,
  NumberToken,
  RightCurly,
  RightParen,
  RightSquare,
  retag,
  StringToken,
  True,
} from "../tokens.js";
import { ChevrotainWrapper } from "./chevrotain-wrapper.js";

/** Levels of brackets, `if` and `for` that may stand in each other. */
export const maxNesting = 200;
/** Height of an expression's tree: terms of a sum, prefixes, indices, whatever nests. Keeps recursive walks safe. */
export const maxHeight = 1000;

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

interface Opener {
  readonly token: IToken;
  readonly index: number;
  readonly closer: TokenType;
}

const nothing: Classified = { tokens: [], closing: new Int32Array(), anchors: [] };

/**
 * Cursor, reports and recovery that the grammar's rules share.
 *
 * Every rule returns a tree whatever the text: guards in `ACTION`s see a mistake before a rule would fail on it, and where a
 * token is missing all the same, one is made up.
 */
export class Parsing {
  readonly grammar: ChevrotainWrapper;
  file = "";
  text = "";
  reports = new Reports("");
  operations = new OperatorStack("");
  /** Height of the tree that the last expression rule returned. */
  height = 0;
  #source: Classified = nothing;
  #tokenCount = 0;
  #depth = 0;
  #openers: Opener[] = [];
  #docs: readonly IToken[] = [];
  #nextDoc = 0;

  /** Whether an argument, or any expression, can begin here. */
  readonly isAtItem = (): boolean =>
    itemStarts.has(this.grammar.LA(1).tokenType) || this.at(Minus) || this.atKind(Name);

  constructor(validate: boolean) {
    this.grammar = new ChevrotainWrapper(validate, (wanted) => this.#insteadOf(wanted));
  }

  /** Sets the parser on a new text, or frees the old one's memory when called without. */
  begin(
    file = "",
    text = "",
    reports = new Reports(file),
    source: Classified = nothing,
    docs: readonly IToken[] = [],
  ): void {
    this.file = file;
    this.text = text;
    this.reports = reports;
    this.operations = new OperatorStack(file);
    this.#source = source;
    // Counted now: Chevrotain pads the array while it parses.
    this.#tokenCount = source.tokens.length;
    this.#depth = 0;
    this.#openers = [];
    this.#docs = docs;
    this.#nextDoc = 0;
    this.grammar.input = source.tokens;
  }

  /** The `///` lines between the last token and what is declared next. */
  takeDoc(): string | undefined {
    const after = this.endOffset;
    const before = this.startOffset;
    let lines: string[] | undefined;
    for (let doc = this.#docs[this.#nextDoc]; doc !== undefined; doc = this.#docs[this.#nextDoc]) {
      if (doc.startOffset > before) break;
      this.#nextDoc++;
      if (doc.startOffset < after) continue;
      lines ??= [];
      lines.push(doc.image.replace(/^\/\/\/ ?/, "").trimEnd());
    }
    return lines?.join("\n");
  }

  /** The token `ahead` of the last one taken. */
  LA(ahead: number): IToken {
    return this.grammar.LA(ahead);
  }

  at(type: TokenType): boolean {
    return this.grammar.LA(1).tokenType === type;
  }

  /** Whether the next token is one of a category (`Name` has soft keywords in it). */
  atKind(type: TokenType): boolean {
    const next = this.grammar.LA(1).tokenType;
    return next === type || type.categoryMatchesMap?.[next.tokenTypeIdx as number] === true;
  }

  get atEnd(): boolean {
    return this.grammar.currIdx + 1 >= this.#tokenCount;
  }

  /** Offset of the next token. */
  get startOffset(): number {
    return this.atEnd ? this.text.length : this.grammar.LA(1).startOffset;
  }

  /** Offset behind the last token taken. */
  get endOffset(): number {
    return this.grammar.currIdx < 0 ? 0 : endOf(this.grammar.LA(0));
  }

  /** From `start` to the last token taken; empty where nothing was taken. */
  spanFrom(start: number): Span {
    const end = this.endOffset;
    return { file: this.file, start: Math.min(start, end), end };
  }

  get nextStartsLine(): boolean {
    return this.grammar.currIdx < 0 || this.atEnd || hasLineBreak(this.text, this.endOffset, this.startOffset);
  }

  /** At a token where a new statement, part of a model or declaration begins, or this one's braces end. */
  get atAnchor(): boolean {
    if (this.atEnd) return true;
    const type = this.grammar.LA(1).tokenType;
    return type === RightCurly || beginsStatement(type) || beginsDeclaration(type);
  }

  describeNext(): string {
    return nameOfText(this.atEnd ? "" : this.grammar.LA(1).image);
  }

  /** Reports the next token, or the place where it should be when the text is over. */
  reportNext<C extends DiagnosticCode>(code: C, holes: Holes<C>, place: Omit<DiagnosticPlace, "span"> = {}): void {
    if (this.atEnd) this.reportGap(code, holes, place);
    else this.reports.add(code, holes, this.startOffset, endOf(this.grammar.LA(1)), place);
  }

  /** Reports the spot behind the last token: something is missing there. */
  reportGap<C extends DiagnosticCode>(code: C, holes: Holes<C>, place: Omit<DiagnosticPlace, "span"> = {}): void {
    this.reports.add(code, holes, this.endOffset, this.endOffset, place);
  }

  missing(): MissingExpression {
    this.height = 1;
    return { kind: "MissingExpression", span: this.spanFrom(this.endOffset) };
  }

  spanOf(token: IToken): Span {
    return this.reports.span(token.startOffset, endOf(token));
  }

  /** Takes the next token for one of another type. */
  takeAs(type: TokenType): void {
    retag(this.grammar.LA(1), type);
  }

  skipTo(index: number): void {
    while (this.grammar.currIdx + 1 < index && !this.atEnd) this.skip();
  }

  skip(): void {
    this.grammar.SKIP_TOKEN();
  }

  /** Skips one token, or a bracket with all that is in it. */
  skipBalanced(): void {
    const close = this.#source.closing[this.grammar.currIdx + 1] ?? -1;
    this.skipTo(close < 0 ? this.grammar.currIdx + 2 : close + 1);
  }

  /** Skips brackets as a whole until `isThere`, or an anchor. */
  skipUntil(isThere: () => boolean): void {
    while (!this.atAnchor && !isThere()) this.skipBalanced();
  }

  /** Before the bracket `token` is taken: what will close it. */
  open(token: IToken, closer: TokenType): void {
    this.#openers.push({ token, index: this.grammar.currIdx + 1, closer });
  }

  close(): void {
    this.#openers.pop();
  }

  /** Enters one more level of nesting; false (reported once a statement, text skipped) where there are too many. */
  enter(): boolean {
    if (++this.#depth <= maxNesting) return true;
    this.reportNext("syntax/nesting-too-deep", { limit: maxNesting, what: "levels of brackets, `if` and `for`" });
    const innermost = this.#openers[this.#openers.length - 1];
    const close = innermost === undefined ? -1 : (this.#source.closing[innermost.index] ?? -1);
    if (close > this.grammar.currIdx) this.skipTo(close);
    else this.skipUntil(() => false);
    return false;
  }

  leave(): void {
    this.#depth--;
  }

  /**
   * Stands in for a token that is missing, as if it were there; a wrong bracket is taken for the right one unless it closes an
   * outer one.
   */
  #insteadOf(wanted: TokenType): IToken {
    const opener = this.#openers[this.#openers.length - 1];
    if (opener !== undefined && opener.closer === wanted) return this.#closeAnyway(opener);
    const holes = { expected: nameOfType(wanted), found: this.describeNext() };
    if (this.atAnchor || this.nextStartsLine) this.reportGap("syntax/expected-token", holes);
    else this.reportNext("syntax/expected-token", holes);
    return this.#standIn(wanted);
  }

  #closeAnyway(opener: Opener): IToken {
    const wanted = opener.closer;
    const next = this.grammar.LA(1);
    const related = [
      {
        message: `${nameOfText(opener.token.image)} is opened here`,
        span: this.reports.span(opener.token.startOffset, endOf(opener.token)),
      },
    ];
    const closesOuter = this.#openers.some((o) => o.closer === next.tokenType);
    if (!this.atEnd && isCloser(next.tokenType) && !closesOuter) {
      this.reportNext("syntax/wrong-bracket", { found: next.image, expected: nameOfType(wanted) }, { related });
      this.skip();
      return next;
    }
    const holes = { open: opener.token.image, close: closerText(wanted), found: this.describeNext() };
    this.reportGap("syntax/unclosed-bracket", holes, { related });
    return this.#standIn(wanted);
  }

  #standIn(type: TokenType): IToken {
    const offset = this.endOffset;
    return { image: "", startOffset: offset, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
  }
}

function closerText(type: TokenType): string {
  return type === RightParen ? ")" : type === RightSquare ? "]" : "}";
}
