import type { IRecognitionException, TokenType } from "chevrotain";
import {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticPlace,
  diagnose,
  type Holes,
} from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { Binding, Label, Name, NumberToken, StringToken, textOf } from "./tokens.js";

/** A mistake after which the parser guesses: until the next anchor whatever else it meets is likely an echo. */
const guessing: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "syntax/unexpected-character",
  "syntax/unterminated-string",
  "syntax/unexpected-token",
  "syntax/expected-token",
  "syntax/unclosed-bracket",
  "syntax/wrong-bracket",
  "syntax/missing-expression",
  "syntax/missing-stage",
  "syntax/missing-name",
  "syntax/missing-type",
  "syntax/braces-after-call",
  "syntax/statement-without-name",
  "syntax/expected-declaration",
  "syntax/nesting-too-deep",
]);

/** What the text says by itself, wherever it stands: never an echo. */
const certain: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "syntax/wrong-comment",
  "syntax/single-quotes",
  "syntax/bad-escape",
  "syntax/number-too-large",
  "syntax/wrong-operator",
  "syntax/floor-division",
  "syntax/unterminated-string",
]);

/** More are not even kept: many may be echoes, but a file of nothing but mistakes has far more than anybody reads. */
const mostKept = 10_000;

/** Collects what is wrong in one file, in any order; {@link Reports.finish} sorts and drops echoes. */
export class Reports {
  readonly #file: string;
  readonly #found: Diagnostic[] = [];
  readonly #anchors: number[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  span(start: number, end: number): Span {
    return { file: this.#file, start, end };
  }

  add<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    start: number,
    end: number,
    place: Omit<DiagnosticPlace, "span"> = {},
  ): void {
    if (this.#found.length < mostKept) {
      this.#found.push(diagnose(code, holes, { ...place, span: this.span(start, end) }));
    }
  }

  /** A word that the parser took for a misspelt keyword: a new statement or declaration begins here. */
  anchor(offset: number): void {
    this.#anchors.push(offset);
  }

  /**
   * In the order of the text. Between two anchors (offsets where a statement or declaration begins) all mistakes that
   * we understood are kept, and the first at which we had to guess; what follows it there is dropped.
   */
  finish(tokenAnchors: readonly number[]): readonly Diagnostic[] {
    const startOf = (d: Diagnostic): number => d.span?.start ?? 0;
    const sorted = this.#found.map((d, order) => ({ d, order }));
    sorted.sort((a, b) => startOf(a.d) - startOf(b.d) || a.order - b.order);
    const anchors = [...this.#anchors, ...tokenAnchors].sort((a, b) => a - b);
    const kept: Diagnostic[] = [];
    let nextAnchor = 0;
    let isQuiet = false;
    for (const { d } of sorted) {
      while (nextAnchor < anchors.length && (anchors[nextAnchor] as number) <= startOf(d)) {
        nextAnchor++;
        isQuiet = false;
      }
      if (isQuiet && !certain.has(d.code)) continue;
      kept.push(d);
      isQuiet ||= guessing.has(d.code);
    }
    return kept;
  }
}

/** How a token type is called in a message: `)` in backquotes, or a word. */
export function nameOfType(type: TokenType): string {
  if (type === Name || type === Binding || type === Label) return "a name";
  if (type === NumberToken) return "a number";
  if (type === StringToken) return "a string";
  return `\`${textOf(type)}\``;
}

/** How a stretch of source is called in a message; the end of the file has no text. */
export function nameOfText(image: string): string {
  if (image === "") return "the end of the file";
  return `\`${image.length > 24 ? `${image.slice(0, 21)}...` : image}\``;
}

/**
 * What Chevrotain itself complained of. The grammar's guards come first, so this is a net under them: whatever slips
 * through is a diagnostic too, never an exception.
 */
export function reportExceptions(reports: Reports, errors: readonly IRecognitionException[], textLength: number): void {
  for (const { token } of errors) {
    const start = Number.isNaN(token.startOffset) ? textLength : token.startOffset;
    const image = start === textLength ? "" : token.image;
    reports.add("syntax/unexpected-token", { found: nameOfText(image), why: "" }, start, start + image.length);
  }
}
