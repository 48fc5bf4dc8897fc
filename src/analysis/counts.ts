import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type ConventionName, conventions, type Quantity } from "../recipe/measures.js";
import { isAsked } from "./asked.js";
import { claimOf } from "./convention.js";
import { conventionTable } from "./conventions.js";
import { formula } from "./formula.js";
import type { Layer } from "./layers.js";

/** One figure of one layer in one convention. */
export function countLayer(layer: Layer, convention: ConventionName, quantity: Quantity): number {
  const rule = conventionTable(convention).rules[layer.opName];
  return rule.kind === "zero" ? 0 : formula(rule.formulas[quantity]).evaluate(layer.facts);
}

/** One figure of all layers, or a problem if it is too large to be exact. */
export function countTotal(layers: readonly Layer[], convention: ConventionName, quantity: Quantity): number | Problem {
  let total = 0;
  for (const layer of layers) total += countLayer(layer, convention, quantity);
  if (Number.isSafeInteger(total)) return total;
  return problem("budget/too-large-to-count", { quantity, convention, atLeast: total });
}

/** A problem if a figure of these layers, or their sum, is too large to be exact. */
export function uncountable(layers: readonly Layer[], names: readonly ConventionName[]): Problem | undefined {
  for (const name of names) {
    for (const quantity of conventions[name]) {
      const total = countTotal(layers, name, quantity);
      if (isProblem(total)) return total;
    }
  }
  return undefined;
}

/** A layer's figure with its formula, or why it is not counted. */
export interface Explanation {
  readonly convention: ConventionName;
  readonly quantity: Quantity;
  /** `O * K = 90944 * 58 = 5274752`; undefined if the rule is zero. */
  readonly sum: string | undefined;
  readonly value: number;
  /** The source in the tool, or why the layer is not counted. */
  readonly source: string;
}

/** How a convention computes each of its figures for one layer. */
export function explainLayer(layer: Layer, convention: ConventionName): readonly Explanation[] {
  const table = conventionTable(convention);
  const rule = table.rules[layer.opName];
  const source = claimOf(table, layer.opName, isAsked(convention, layer.opName));
  return conventions[convention].map((quantity) => {
    if (rule.kind === "zero") return { convention, quantity, sum: undefined, value: 0, source };
    const { text, evaluate, withNumbers } = formula(rule.formulas[quantity]);
    const value = evaluate(layer.facts);
    const steps = [text, withNumbers(layer.facts), String(value)];
    const sum = steps.filter((step, i) => step !== steps[i - 1]).join(" = ");
    return { convention, quantity, sum, value, source };
  });
}
