/** Source that shows a diagnostic: one text, or several files of which `main.lfer` is the entry. */
export type SourceExample = string | Readonly<Record<string, string>>;

/** A diagnostic that no source text can show (an unreadable picture, a broken weight file): a command that produces it. */
export interface CommandExample {
  readonly command: string;
}

export type Example = SourceExample | CommandExample;

export type Severity = "error" | "warning";

/** The catalogue's entry for one code. `H` types the holes of its message. */
export interface Entry<H> {
  readonly severity: Severity;
  /** What is wrong, with both numbers or shapes, in the user's words. */
  readonly message: (holes: H) => string;
  /** What to do about it. */
  readonly help: (holes: H) => string;
  /** Why the rule exists: one or two sentences for `lferc explain` and docs/diagnostics.md. */
  readonly explanation: string;
  /** Gives exactly this code; `test/diagnostics/examples.test.ts` compiles it. */
  readonly bad: Example;
  /** The corrected example: no diagnostic. */
  readonly good: Example;
}

/** Types one entry of the catalogue. Codes without holes leave `H` out. */
export function entry<H extends object = Readonly<Record<string, never>>>(e: Entry<H>): Entry<H> {
  return e;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
}
