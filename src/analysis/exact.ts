import { type Problem, problem } from "../diagnostics/diagnostic.js";

/**
 * The problem of the first figure that is too large to be exact. Sums of such figures need no look of their own: what is
 * never negative is inexact in a sum only where the sum is too large itself.
 */
export function inexactOf(figures: Readonly<Record<string, number>>): Problem | undefined {
  for (const [quantity, value] of Object.entries(figures)) {
    if (!(value <= Number.MAX_SAFE_INTEGER)) {
      return problem("budget/too-large-to-count", { quantity, convention: undefined, atLeast: value });
    }
  }
  return undefined;
}
