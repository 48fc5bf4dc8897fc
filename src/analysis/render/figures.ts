import { type ConventionName, conventions, type Quantity } from "../../recipe/measures.js";
import { quantityKeys } from "../conventions.js";
import type { FiguresByConvention } from "../stats.js";

/** One kind of number in a table: a convention's quantity. */
export interface Figure {
  readonly convention: ConventionName;
  readonly quantity: Quantity;
  /** `macs (fvcore)`: the unit is always named. */
  readonly title: string;
}

/** The figures of these conventions, in order. */
export function figuresOf(names: readonly ConventionName[]): readonly Figure[] {
  return names.flatMap((convention) =>
    conventions[convention].map((quantity) => ({ convention, quantity, title: `${quantity} (${convention})` })),
  );
}

/** A figure among counts; a missing convention is a bug in lferc. */
export function figureIn(counts: FiguresByConvention, { convention, quantity }: Figure): number {
  return counts[convention]?.[quantityKeys[quantity]] ?? Number.NaN;
}
