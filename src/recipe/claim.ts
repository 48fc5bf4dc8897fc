import type { Span } from "../diagnostics/span.js";
import type { ConventionName, MeasuredName, plainMeasures, Quantity } from "./measures.js";

/** One number that can be asked of a graph: `params`, `madds("paper")`, `params(at: "stage2")`. */
export interface Measure {
  readonly kind: "measure";
  readonly name: Quantity | (typeof plainMeasures)[number];
  readonly convention: ConventionName | undefined;
  /** Path prefix of the part that is measured; the whole network when undefined. */
  readonly at: string | undefined;
  readonly span: Span;
}

/** One number that was measured of a trained model: `accuracy("faces/test")`, `latency("phone")`. */
export interface MeasuredFigure {
  readonly kind: "measured";
  readonly name: MeasuredName;
  /** The data set and its part, or the device. */
  readonly of: string;
  readonly span: Span;
}

/** A side of a comparison: numbers and measures under + - * / . */
export type ClaimSide =
  /** A time is one of milliseconds. */
  | { readonly kind: "number"; readonly value: number; readonly isTime?: boolean }
  | Measure
  | MeasuredFigure
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: ClaimSide;
      readonly right: ClaimSide;
    };

/** One line of a `check`, resolved and typed: what `analysis/budget.ts` holds a graph to. */
export interface Claim {
  readonly left: ClaimSide;
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly right: ClaimSide;
  /** Allowed distance, in the unit of the measure; undefined means exact. */
  readonly tolerance: number | undefined;
  /** Whether the tolerance is a share of the other number (`within 1%`) instead. */
  readonly isShare?: boolean;
  /** The claim's text. */
  readonly span: Span;
}
