import type { Span } from "../../diagnostics/span.js";
import type { Initializer } from "../../ir/graph.js";
import type { Context } from "../context.js";
import { fit } from "../types.js";
import type { BoundArguments, InitializerValue } from "../values.js";
import type { SignatureParameter } from "./signature.js";

interface InitializerFunction {
  readonly doc: string;
  readonly parameters: readonly { readonly name: string; readonly default?: number }[];
  /** The minimum of a parameter, given the others. */
  least?(numbers: Readonly<Record<string, number>>): { readonly name: string; readonly min: number };
  make(numbers: Readonly<Record<string, number>>): Initializer;
}

/** The initializers of a `weight`. */
export const initializers: Readonly<Record<string, InitializerFunction>> = {
  zeros: { doc: "all 0", parameters: [], make: () => ({ kind: "constant", value: 0 }) },
  ones: { doc: "all 1", parameters: [], make: () => ({ kind: "constant", value: 1 }) },
  fill: {
    doc: "all the same number",
    parameters: [{ name: "value" }],
    make: ({ value = 0 }) => ({ kind: "constant", value }),
  },
  uniform: {
    doc: "uniformly distributed between low and high",
    parameters: [{ name: "low" }, { name: "high" }],
    least: ({ low = 0 }) => ({ name: "high", min: low }),
    make: ({ low = 0, high = 1 }) => ({ kind: "uniform", low, high }),
  },
  normal: {
    doc: "normally distributed",
    parameters: [{ name: "std" }, { name: "mean", default: 0 }],
    least: () => ({ name: "std", min: 0 }),
    make: ({ mean = 0, std = 1 }) => ({ kind: "normal", mean, std }),
  },
};

export function initializerSignature(name: string): readonly SignatureParameter[] {
  return (initializers[name]?.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    type: "float",
    required: parameter.default === undefined,
    accept: (value) => fit(value, "float"),
  }));
}

/** The initializer with its numbers; its `initializer` is undefined if one of them is unknown or wrong. */
export function makeInitializer(context: Context, name: string, bound: BoundArguments, span: Span): InitializerValue {
  const found = initializers[name];
  const numbers: Record<string, number> = {};
  for (const parameter of found?.parameters ?? []) {
    const value = bound.values.get(parameter.name);
    const number = value === undefined ? parameter.default : value.kind === "float" ? value.value : undefined;
    if (number === undefined) return { kind: "initializer", initializer: undefined };
    numbers[parameter.name] = number;
  }
  const least = found?.least?.(numbers);
  const actual = least === undefined ? undefined : numbers[least.name];
  if (least !== undefined && actual !== undefined && actual < least.min) {
    const at = bound.spans.get(least.name) ?? span;
    context.report("value/out-of-range", { callee: name, ...least, max: undefined, actual }, at);
    return { kind: "initializer", initializer: undefined };
  }
  return { kind: "initializer", initializer: found?.make(numbers) };
}
