import type { IToken, TokenType } from "chevrotain";
import type { DiagnosticCode, DiagnosticPlace, Holes } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { Allowance } from "../ast.js";
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

/** Maximum nesting of brackets, `if` and `for`. */
export const maxNesting = 200;
/** Maximum height of an expression's tree: terms of a sum, prefixes, indices, nesting. Keeps recursive traversals safe. */
export const maxHeight = 1000;

/** Tokens with which an argument or any other expression can begin. */
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
 * Cursor, reports and recovery, shared by the grammar's rules.
 *
 * Every rule returns a tree for any text: guards in `ACTION`s detect an error before a rule would fail on it; if a token is
 * missing anyway, one is inserted.
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
  /** The documentation before an `allow`: of the declaration behind it. */
  #keptDoc: string | undefined;
  /** Those of the text, in order. */
  allowances: Allowance[] = [];

  /** Whether an argument, or any expression, can begin here. */
  readonly isAtItem = (): boolean =>
    itemStarts.has(this.grammar.LA(1).tokenType) || this.at(Minus) || this.atKind(Name);

  constructor(validate: boolean) {
    this.grammar = new ChevrotainWrapper(validate, (wanted) => this.#insteadOf(wanted));
  }

  /** Starts on a new text; without arguments, frees the memory of the old one. */
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
    // Counted before parsing: Chevrotain pads the array while it parses.
    this.#tokenCount = source.tokens.length;
    this.#depth = 0;
    this.#openers = [];
    this.#docs = docs;
    this.#nextDoc = 0;
    this.#keptDoc = undefined;
    this.allowances = [];
    this.grammar.input = source.tokens;
  }

  /** The `///` lines between the last token and the next declaration. */
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
    const kept = this.#keptDoc === undefined ? [] : [this.#keptDoc];
    this.#keptDoc = undefined;
    return lines === undefined && kept.length === 0 ? undefined : [...kept, ...(lines ?? [])].join("\n");
  }

  /** Before an `allow`: the lines of documentation here belong to the declaration behind it. */
  keepDoc(): void {
    this.#keptDoc = this.takeDoc();
  }

  /** The token `ahead` of the last consumed one. */
  LA(ahead: number): IToken {
    return this.grammar.LA(ahead);
  }

  at(type: TokenType): boolean {
    return this.grammar.LA(1).tokenType === type;
  }

  /** Whether the next token is of a category (`Name` includes soft keywords). */
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

  /** Offset after the last consumed token. */
  get endOffset(): number {
    return this.grammar.currIdx < 0 ? 0 : endOf(this.grammar.LA(0));
  }

  /** From `start` to the last consumed token; empty if none was consumed. */
  spanFrom(start: number): Span {
    const end = this.endOffset;
    return { file: this.file, start: Math.min(start, end), end };
  }

  get nextStartsLine(): boolean {
    return this.grammar.currIdx < 0 || this.atEnd || hasLineBreak(this.text, this.endOffset, this.startOffset);
  }

  /** At a token that begins a new statement, part of a model or declaration, or closes this one's braces. */
  get atAnchor(): boolean {
    if (this.atEnd) return true;
    const type = this.grammar.LA(1).tokenType;
    return type === RightCurly || beginsStatement(type) || beginsDeclaration(type);
  }

  describeNext(): string {
    return nameOfText(this.atEnd ? "" : this.grammar.LA(1).image);
  }

  /** Reports the next token, or the end of the text. */
  reportNext<C extends DiagnosticCode>(code: C, holes: Holes<C>, place: Omit<DiagnosticPlace, "span"> = {}): void {
    if (this.atEnd) this.reportGap(code, holes, place);
    else this.reports.add(code, holes, this.startOffset, endOf(this.grammar.LA(1)), place);
  }

  /** Reports the position after the last token: something is missing there. */
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

  /** Consumes the next token as one of another type. */
  takeAs(type: TokenType): void {
    retag(this.grammar.LA(1), type);
  }

  skipTo(index: number): void {
    while (this.grammar.currIdx + 1 < index && !this.atEnd) this.skip();
  }

  skip(): void {
    this.grammar.SKIP_TOKEN();
  }

  /** Skips one token, or a bracket with its contents. */
  skipBalanced(): void {
    const close = this.#source.closing[this.grammar.currIdx + 1] ?? -1;
    this.skipTo(close < 0 ? this.grammar.currIdx + 2 : close + 1);
  }

  /** Skips brackets as a whole until `isThere`, or an anchor. */
  skipUntil(isThere: () => boolean): void {
    while (!this.atAnchor && !isThere()) this.skipBalanced();
  }

  /** Before the bracket `token` is consumed: records what will close it. */
  open(token: IToken, closer: TokenType): void {
    this.#openers.push({ token, index: this.grammar.currIdx + 1, closer });
  }

  close(): void {
    this.#openers.pop();
  }

  /** Enters one more level of nesting; false if there are too many (reported once per statement, text skipped). */
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

  /** Makes a missing token. A wrong bracket is consumed as the right one, unless it closes an outer one. */
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
