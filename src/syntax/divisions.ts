import type { Span } from "../diagnostics/span.js";
import type { Expression } from "./ast-expressions.js";

/** A remark behind a value on its line that reads as what it is to be divided by. */
export interface DivisionRemark {
  readonly span: Span;
  /** The number as it is written right before the remark, if one is: the remark may explain it. */
  readonly literal: string | undefined;
  /** The divisor and all that must mean something beside it, read when asked for; undefined where it is none after all. */
  readonly parts: () => { readonly divisor: Expression; readonly others: readonly Expression[] } | undefined;
}
