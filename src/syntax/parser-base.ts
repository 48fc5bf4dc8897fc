import {
  EmbeddedActionsParser,
  type IToken,
  type ParserMethod,
  type SubruleMethodOpts,
  type TokenType,
} from "chevrotain";
import type { DiagnosticCode, DiagnosticPlace, Holes } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type { Identifier, MissingExpression } from "./ast-expressions.js";
import { beginsDeclaration, beginsStatement, type Classified, endOf, hasLineBreak, isCloser } from "./classify.js";
import { OperatorStack } from "./operators.js";
import { nameOfText, nameOfType, Reports } from "./parse-errors.js";
import {
  BatchN,
  constantKeywords,
  declarationKeywords,
  Name,
  RightCurly,
  RightParen,
  RightSquare,
  retag,
  statementKeywords,
  vocabulary,
} from "./tokens.js";

/** Levels of brackets, `if` and `for` that may stand in each other. */
export const maxNesting = 200;
/** Height of an expression's tree: terms of a sum, prefixes, indices, whatever nests. Keeps recursive walks safe. */
export const maxHeight = 1000;

const reservedWords = new Set<TokenType>([...declarationKeywords, ...statementKeywords, ...constantKeywords]);

interface Opener {
  readonly token: IToken;
  readonly index: number;
  readonly closer: TokenType;
}

/** The methods that Chevrotain puts on the instance while it records the grammar. */
const recorded =
  /^(?:(?:CONSUME|SUBRULE|OPTION|OR|(?:MANY|AT_LEAST_ONE)(?:_SEP)?)\d?|consume|subrule|option|or|many|atLeastOne|ACTION|BACKTRACK|LA)$/;

/** What a rule of Chevrotain is besides a function. */
interface Core<R> {
  readonly coreRule: (this: ParserBase, ...args: readonly unknown[]) => R;
}

const nothing: Classified = { tokens: [], closing: new Int32Array(), anchors: [] };

/**
 * Cursor, reports and recovery that the grammar's rules share.
 *
 * Every rule returns a tree whatever the text: guards in `ACTION`s (which Chevrotain does not run while it records the
 * grammar, so the grammar stays pure) see a mistake before a rule would fail on it, and {@link consumeInternalRecovery}
 * stands in for a token that is missing. Chevrotain's own resynchronisation is off: it would drop the half of the tree
 * that was read, it knows nothing of our anchors, and its follow sets cost start-up time.
 */
export abstract class ParserBase extends EmbeddedActionsParser {
  protected file = "";
  protected text = "";
  protected reports = new Reports("");
  protected operations = new OperatorStack("");
  /** Height of the tree that the last expression rule returned. */
  protected height = 0;
  #source: Classified = nothing;
  #tokenCount = 0;
  #depth = 0;
  #openers: Opener[] = [];
  declare private readonly currIdx: number;
  declare private subruleIdx: number;

  constructor(validate: boolean) {
    super([...vocabulary], { maxLookahead: 1, recoveryEnabled: false, skipValidations: !validate });
  }

  /**
   * Chevrotain deletes its recording methods from the instance, which makes every later access to it slow. Putting the
   * real methods over them instead keeps it fast.
   */
  protected disableRecording(): void {
    this.RECORDING_PHASE = false;
    const own = this as unknown as Record<string, unknown>;
    const inherited = Object.getPrototypeOf(this) as Record<string, unknown>;
    for (const key of Object.keys(own)) {
      if (recorded.test(key)) own[key] = inherited[key];
    }
  }

  /** Sets the parser on a new text, or frees the old one's memory when called without. */
  protected begin(file = "", text = "", reports = new Reports(file), source: Classified = nothing): void {
    this.file = file;
    this.text = text;
    this.reports = reports;
    this.operations = new OperatorStack(file);
    this.#source = source;
    // Counted now: Chevrotain pads the array while it parses.
    this.#tokenCount = source.tokens.length;
    this.#depth = 0;
    this.#openers = [];
    this.input = source.tokens;
  }

  /**
   * `MANY` in the grammar. At run time `more` decides, which is total where Chevrotain's look-ahead knows right texts
   * only, and takes 2 stack frames a level instead of 5.
   */
  protected repeat(more: () => boolean, turn: () => void): void {
    if (this.RECORDING_PHASE) this.MANY(turn);
    else while (more()) turn();
  }

  /** `AT_LEAST_ONE_SEP` in the grammar; at run time the first turn is taken whatever comes: it reports what is missing. */
  protected separated(separator: TokenType, turn: () => void): void {
    if (this.RECORDING_PHASE) {
      this.AT_LEAST_ONE_SEP({ SEP: separator, DEF: turn });
      return;
    }
    for (turn(); this.at(separator); turn()) this.skip();
  }

  /** As Chevrotain's, in 3 stack frames a rule instead of 4: 200 levels of calls must fit twice into Node's stack. */
  protected override SUBRULE<ARGS extends unknown[], R>(
    rule: ParserMethod<ARGS, R>,
    options?: SubruleMethodOpts<ARGS>,
  ): R {
    this.subruleIdx = 0;
    return (rule as unknown as Core<R>).coreRule.apply(this, options?.ARGS ?? []);
  }

  protected at(type: TokenType): boolean {
    return this.LA(1).tokenType === type;
  }

  /** Whether the next token is one of a category (`Name` has soft keywords in it). */
  protected atKind(type: TokenType): boolean {
    const next = this.LA(1).tokenType;
    return next === type || type.categoryMatchesMap?.[next.tokenTypeIdx as number] === true;
  }

  protected get atEnd(): boolean {
    return this.currIdx + 1 >= this.#tokenCount;
  }

  /** Offset of the next token. */
  protected get startOffset(): number {
    return this.atEnd ? this.text.length : this.LA(1).startOffset;
  }

  /** Offset behind the last token taken. */
  protected get endOffset(): number {
    return this.currIdx < 0 ? 0 : endOf(this.LA(0));
  }

  /** From `start` to the last token taken; empty where nothing was taken. */
  protected spanFrom(start: number): Span {
    const end = this.endOffset;
    return { file: this.file, start: Math.min(start, end), end };
  }

  protected get nextStartsLine(): boolean {
    return this.currIdx < 0 || this.atEnd || hasLineBreak(this.text, this.endOffset, this.startOffset);
  }

  /** At a token where a new statement, part of a model or declaration begins, or this one's braces end. */
  protected get atAnchor(): boolean {
    if (this.atEnd) return true;
    const type = this.LA(1).tokenType;
    return type === RightCurly || beginsStatement(type) || beginsDeclaration(type);
  }

  protected describeNext(): string {
    return nameOfText(this.atEnd ? "" : this.LA(1).image);
  }

  /** Reports the next token, or the place where it should be when the text is over. */
  protected reportNext<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    place: Omit<DiagnosticPlace, "span"> = {},
  ): void {
    if (this.atEnd) this.reportGap(code, holes, place);
    else this.reports.add(code, holes, this.startOffset, endOf(this.LA(1)), place);
  }

  /** Reports the spot behind the last token: something is missing there. */
  protected reportGap<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    place: Omit<DiagnosticPlace, "span"> = {},
  ): void {
    this.reports.add(code, holes, this.endOffset, this.endOffset, place);
  }

  protected missing(): MissingExpression {
    this.height = 1;
    return { kind: "MissingExpression", span: this.spanFrom(this.endOffset) };
  }

  /** Takes the next token for one of another type. */
  protected takeAs(type: TokenType): void {
    retag(this.LA(1), type);
  }

  protected skipTo(index: number): void {
    while (this.currIdx + 1 < index && !this.atEnd) this.skip();
  }

  protected skip(): void {
    this.SKIP_TOKEN();
  }

  /** Skips one token, or a bracket with all that is in it. */
  protected skipBalanced(): void {
    const close = this.#source.closing[this.currIdx + 1] ?? -1;
    this.skipTo(close < 0 ? this.currIdx + 2 : close + 1);
  }

  /** Skips brackets as a whole until `isThere`, or an anchor. */
  protected skipUntil(isThere: () => boolean): void {
    while (!this.atAnchor && !isThere()) this.skipBalanced();
  }

  /** Before the bracket `token` is taken: what will close it. */
  protected open(token: IToken, closer: TokenType): void {
    this.#openers.push({ token, index: this.currIdx + 1, closer });
  }

  protected close(): void {
    this.#openers.pop();
  }

  /** Enters one more level of nesting; false (reported once a statement, text skipped) where there are too many. */
  protected enter(): boolean {
    if (++this.#depth <= maxNesting) return true;
    this.reportNext("syntax/nesting-too-deep", { limit: maxNesting, what: "levels of brackets, `if` and `for`" });
    const innermost = this.#openers[this.#openers.length - 1];
    const close = innermost === undefined ? -1 : (this.#source.closing[innermost.index] ?? -1);
    if (close > this.currIdx) this.skipTo(close);
    else this.skipUntil(() => false);
    return false;
  }

  protected leave(): void {
    this.#depth--;
  }

  /** What stands where a name is asked for, when it is none: a reserved word is taken for one, else the name is empty. */
  protected oddName(what: string): Identifier | undefined {
    if (this.atKind(Name)) return undefined;
    const next = this.LA(1);
    if (!this.atEnd && reservedWords.has(next.tokenType) && (next.tokenType === BatchN || !this.nextStartsLine)) {
      this.reportNext("syntax/reserved-name", { name: next.image });
      this.skip();
      return { kind: "Identifier", text: next.image, span: this.reports.span(next.startOffset, endOf(next)) };
    }
    const holes = { what, found: this.describeNext() };
    if (this.atAnchor || this.nextStartsLine) this.reportGap("syntax/missing-name", holes);
    else this.reportNext("syntax/missing-name", holes);
    return { kind: "Identifier", text: "", span: this.spanFrom(this.endOffset) };
  }

  /**
   * Chevrotain calls this when `CONSUME` meets another token. It stays as if the wanted one were there; a wrong bracket
   * is taken for the right one unless it closes an outer one.
   */
  protected consumeInternalRecovery(wanted: TokenType, _index: number, error: Error): IToken {
    if (error.name !== "MismatchedTokenException") throw error;
    // The exception has done its work: `reports` has the user's wording.
    this.errors = [];
    const opener = this.#openers[this.#openers.length - 1];
    if (opener !== undefined && opener.closer === wanted) return this.#closeAnyway(opener);
    const holes = { expected: nameOfType(wanted), found: this.describeNext() };
    if (this.atAnchor || this.nextStartsLine) this.reportGap("syntax/expected-token", holes);
    else this.reportNext("syntax/expected-token", holes);
    return this.#standIn(wanted);
  }

  #closeAnyway(opener: Opener): IToken {
    const wanted = opener.closer;
    const next = this.LA(1);
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
