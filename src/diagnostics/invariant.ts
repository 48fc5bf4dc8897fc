import type { Span } from "./span.js";

/** Our own bug, never the user's: the CLI catches it once, says so and exits 70. */
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
