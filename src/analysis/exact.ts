import { type Problem, problem } from "../diagnostics/diagnostic.js";

/**
 * A problem for the first figure that is too large to be exact. Sums of such figures need no check of their own: a sum of
 * non-negative numbers is inexact only if it is too large itself.
 */
export function inexactOf(figures: Readonly<Record<string, number>>): Problem | undefined {
  for (const [quantity, value] of Object.entries(figures)) {
    if (!(value <= Number.MAX_SAFE_INTEGER)) {
      return problem("budget/too-large-to-count", { quantity, convention: undefined, atLeast: value });
    }
  }
  return undefined;
}
