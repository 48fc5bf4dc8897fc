import type { Span } from "../diagnostics/span.js";
import type { ConventionName, MeasuredName, plainMeasures, Quantity } from "./measures.js";

/** A number computed from a graph: `params`, `madds("paper")`, `params(at: "stage2")`. */
export interface Measure {
  readonly kind: "measure";
  readonly name: Quantity | (typeof plainMeasures)[number];
  readonly convention: ConventionName | undefined;
  /** Path prefix of the measured part; undefined: the whole network. */
  readonly at: string | undefined;
  readonly span: Span;
}

/** A number measured on a trained model: `accuracy("faces/test")`, `latency("phone")`. */
export interface MeasuredFigure {
  readonly kind: "measured";
  readonly name: MeasuredName;
  /** The data set and its part, or the device. */
  readonly of: string;
  readonly span: Span;
}

/** One side of a comparison: numbers and measures under + - * / . */
export type ClaimSide =
  /** A time is in milliseconds. */
  | { readonly kind: "number"; readonly value: number; readonly isTime?: boolean }
  | Measure
  | MeasuredFigure
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: ClaimSide;
      readonly right: ClaimSide;
    };

/** One line of a `check`, resolved and typed; `analysis/budget.ts` checks a graph against it. */
export interface Claim {
  readonly left: ClaimSide;
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly right: ClaimSide;
  /** Allowed difference, in the unit of the measure; undefined means exact. */
  readonly tolerance: number | undefined;
  /** Whether the tolerance is a share of the other number (`within 1%`). */
  readonly isShare?: boolean;
  /** The claim's text. */
  readonly span: Span;
}
