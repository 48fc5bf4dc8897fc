import type { Span } from "../diagnostics/span.js";
import type { Expression } from "./ast-expressions.js";

/** A comment after a value on the same line that looks like its divisor. */
export interface DivisionRemark {
  readonly span: Span;
  /** The number literal right before the comment, if there is one: the comment may explain it. */
  readonly literal: string | undefined;
  /** The divisor and the other expressions, parsed on demand; undefined if it is not a divisor after all. */
  readonly parts: () => { readonly divisor: Expression; readonly others: readonly Expression[] } | undefined;
}
