/** The operators of the language, by the op that they apply. */
import type { OpName } from "../ops/registry.js";

const operators: Partial<Record<OpName, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "**",
};

/** `+` for the op of sums; undefined for an op that is called by its name. */
export const operatorOf = (op: string): string | undefined =>
  Object.hasOwn(operators, op) ? operators[op as OpName] : undefined;

/** Whether the op of this operator is a product. */
export const isProduct = (operator: string | undefined): boolean => operator === "*";
