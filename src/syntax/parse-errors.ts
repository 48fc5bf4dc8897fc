import type { IRecognitionException, TokenType } from "chevrotain";
import {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticPlace,
  diagnose,
  type Holes,
} from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { isPlain } from "../diagnostics/text-width.js";
import { Binding, Label, Name, NumberToken, StringToken, textOf } from "./tokens.js";

/** Errors after which the parser guesses: up to the next anchor, further errors are probably consequences. */
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
  "syntax/foreign-construct",
]);

/** Errors that are certain, independent of context: never a consequence. */
const certain: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "syntax/wrong-comment",
  "syntax/single-quotes",
  "syntax/bad-escape",
  "syntax/number-too-large",
  "syntax/wrong-operator",
  "syntax/floor-division",
  "syntax/unterminated-string",
  "syntax/foreign-construct",
]);

/** Limit on stored errors: many may be consequences, but a file of errors only has far more than anyone reads. */
const mostKept = 10_000;

/** Collects the errors of one file, in any order; {@link Reports.finish} sorts them and drops consequences. */
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

  /** A word that was parsed as a misspelt keyword: a new statement or declaration begins here. */
  anchor(offset: number): void {
    this.#anchors.push(offset);
  }

  /**
   * In source order. Between two anchors (offsets where a statement or declaration begins), all certain errors are kept, and
   * the first one after which the parser guesses; later ones there are dropped.
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

/** The name of a token type in messages: `)` in backquotes, or a word. */
export function nameOfType(type: TokenType): string {
  if (type === Name || type === Binding || type === Label) return "a name";
  if (type === NumberToken) return "a number";
  if (type === StringToken) return "a string";
  return `\`${textOf(type)}\``;
}

/** The name of a piece of source in messages; the end of the file has no text. */
export function nameOfText(image: string): string {
  if (image === "") return "the end of the file";
  return `\`${withCodePoints(image.length > 24 ? `${image.slice(0, 21)}...` : image)}\``;
}

/** Characters that look like nothing, or like a space: `a\u200bb` is `a<U+200B>b`. */
const withCodePoints = (text: string): string =>
  isPlain(text)
    ? text
    : text.replace(/(?! )[\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, (unseen) => {
        const code = (unseen.codePointAt(0) ?? 0).toString(16).toUpperCase();
        return `<U+${code.padStart(4, "0")}>`;
      });

/**
 * Chevrotain's own errors. The grammar's guards come first, so this is a safety net: anything that they miss becomes a
 * diagnostic too, never an exception.
 */
export function reportExceptions(reports: Reports, errors: readonly IRecognitionException[], textLength: number): void {
  for (const { token } of errors) {
    const start = Number.isNaN(token.startOffset) ? textLength : token.startOffset;
    const image = start === textLength ? "" : token.image;
    reports.add("syntax/unexpected-token", { found: nameOfText(image), why: "" }, start, start + image.length);
  }
}
