import { type Diagnostic, type DiagnosticCode, diagnose, type Holes, type Related } from "../diagnostics/diagnostic.js";
import { mistakeLimit } from "../diagnostics/mistake-limit.js";
import type { Span } from "../diagnostics/span.js";
import { suggest } from "../diagnostics/suggest.js";
import { limits } from "./limits.js";

const mostKept = 10 * mistakeLimit;

/** Collects diagnostics; the same code at the same place is reported once, however often a block is instantiated. */
export class Reporter {
  readonly #seen = new Set<string>();
  readonly diagnostics: Diagnostic[] = [];
  #errors = 0;
  #kept = 0;
  #compared = 0;

  /** Number of errors reported so far, including repeated ones: shows whether a step had errors. */
  get errorCount(): number {
    return this.#errors;
  }

  /** Whether the limit on errors is reached: continuing is useless. */
  get isFull(): boolean {
    return this.#kept > mostKept;
  }

  add(diagnostic: Diagnostic): void {
    const { span } = diagnostic;
    if (diagnostic.severity === "error") this.#errors++;
    if (this.isFull) return;
    const key = `${diagnostic.code}|${span?.file}|${span?.start}|${span?.end}|${span === undefined ? diagnostic.message : ""}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (diagnostic.severity === "error") this.#kept++;
    this.diagnostics.push(diagnostic);
  }

  report<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    span: Span | undefined,
    related?: readonly Related[],
  ): void {
    this.add(diagnose(code, holes, { span, ...(related === undefined ? {} : { related }) }));
  }

  /** Takes back the diagnostics for which `isMeant` holds. */
  withdraw(isMeant: (diagnostic: Diagnostic) => boolean): void {
    const kept = this.diagnostics.filter((diagnostic) => !isMeant(diagnostic));
    this.diagnostics.splice(0, this.diagnostics.length, ...kept);
  }

  /** The most similar name, for "did you mean". The number of compared names is limited, so that files with many errors end too. */
  suggest(name: string, candidates: () => Iterable<string>): string | undefined {
    if (this.#compared > limits.comparedNames) return undefined;
    const known = [...candidates()];
    this.#compared += known.length;
    return suggest(name, known);
  }

  /** Diagnostics without a place first, then by file, in this order, and position. */
  sorted(files: Iterable<string>): readonly Diagnostic[] {
    const ranks = new Map([...files].map((file, i) => [file, i]));
    const rank = ({ span }: Diagnostic): number => (span === undefined ? -1 : (ranks.get(span.file) ?? ranks.size));
    return [...this.diagnostics].sort((a, b) => rank(a) - rank(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0));
  }
}
