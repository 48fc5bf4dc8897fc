import { type CatalogueEntries, catalogue } from "./catalogue.js";
import type { Entry, Severity } from "./entry.js";
import type { Span } from "./span.js";

export type DiagnosticCode = keyof CatalogueEntries;

/** The typed holes of a code's message. */
export type Holes<C extends DiagnosticCode> = CatalogueEntries[C] extends Entry<infer H> ? H : never;

/** A related place: the conflicting text, or a block in the chain. */
export interface Related {
  readonly message: string;
  readonly span: Span;
}

/** A text that fixes the error: replace `span` by `text`. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly text: string;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  /** Absent if there is no text to point at. */
  readonly span: Span | undefined;
  readonly related: readonly Related[];
  readonly fix?: Fix;
}

export interface DiagnosticPlace {
  readonly span?: Span | undefined;
  readonly related?: readonly Related[];
  readonly fix?: Fix | undefined;
}

/** Makes a diagnostic of a catalogue code; a wrong code or a missing hole does not compile. */
export function diagnose<C extends DiagnosticCode>(code: C, holes: Holes<C>, place: DiagnosticPlace = {}): Diagnostic {
  const found = catalogue[code] as unknown as Entry<Holes<C>>;
  return {
    code,
    severity: found.severity,
    message: found.message(holes),
    help: found.help(holes),
    span: place.span,
    related: place.related ?? [],
    ...(place.fix === undefined ? {} : { fix: place.fix }),
  };
}

/** A problem found by code without access to the source; the caller adds the span. */
export interface Problem {
  readonly kind: "problem";
  readonly diagnose: (place: DiagnosticPlace) => Diagnostic;
  /** The input or attribute with the problem, so that the caller can point at its text. */
  readonly about: string | undefined;
}

/** A {@link Problem} of a catalogue code; `about` names the input or attribute to point at. */
export function problem<C extends DiagnosticCode>(code: C, holes: Holes<C>, about?: string): Problem {
  return { kind: "problem", diagnose: (place) => diagnose(code, holes, place), about };
}

/** A {@link Problem} from plain data: it was found in another thread. */
export function problemOf(found: Diagnostic): Problem {
  return {
    kind: "problem",
    diagnose: ({ span, related = [] }) => ({ ...found, span, related }),
    about: undefined,
  };
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "problem";
}
