import type { Span } from "./span.js";

/** A bug in lferc, never the user's error: the CLI catches it in one place, reports it and exits with 70. */
export class InvariantError extends Error {
  readonly span: Span | undefined;

  constructor(message: string, span: Span | undefined) {
    super(message);
    this.name = "InvariantError";
    this.span = span;
  }
}

/** Throws {@link InvariantError} unless `condition` holds. */
export function invariant(condition: unknown, message: string, span?: Span): asserts condition {
  if (!condition) throw new InvariantError(message, span);
}
