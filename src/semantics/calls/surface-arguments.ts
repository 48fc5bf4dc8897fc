import { suggest } from "../../diagnostics/suggest.js";
import type { Dim } from "../../ir/shape.js";
import type { AnySurface, Parameter, ParameterKind } from "../../ops/surface.js";
import { fit } from "../types.js";
import type { BoundArguments, Type, Value } from "../values.js";
import type { SignatureParameter } from "./signature.js";

const inWords: Readonly<Record<ParameterKind, string>> = {
  int: "int",
  float: "float",
  bool: "bool",
  string: "string",
  size: "int or (height, width)",
  ints: "int, or several: (1, 2)",
  floats: "float or [float]",
  shape: "[int], with multiples of N",
};

/** Several numbers may be a tuple or a list; the op checks how many. */
const tuplesOfInts: readonly Type[] = [2, 3, 4].map((length) => ({ tuple: Array.from({ length }, () => "int") }));

/** The types that a parameter of each kind accepts; the first that fits is used. */
const accepted: Readonly<Record<ParameterKind, readonly Type[]>> = {
  int: ["int"],
  float: ["float"],
  bool: ["bool"],
  string: ["string"],
  size: ["int", { list: "int" }, { tuple: ["int", "int"] }],
  ints: ["int", { list: "int" }, ...tuplesOfInts],
  floats: ["float", { list: "float" }],
  shape: [{ list: "unknown" }],
};

/** The numbers in a value, for bounds checks; empty if it is unknown. */
function numbersIn(value: Value): readonly number[] {
  if (value.kind === "int" || value.kind === "float") return value.value === undefined ? [] : [value.value];
  if (value.kind === "list" || value.kind === "tuple") return (value.items ?? []).flatMap(numbersIn);
  return [];
}

function toSignature(name: string, parameter: Parameter, callee: string): SignatureParameter {
  const { kind, min, max, options } = parameter;
  return {
    name,
    type: options === undefined ? inWords[kind] : options.map((o) => `"${o}"`).join(" | "),
    required: !("default" in parameter) && parameter.computed === undefined,
    accept: (value) => {
      for (const type of accepted[kind]) {
        const fitted = fit(value, type);
        if (fitted === undefined) continue;
        if (kind === "shape" && fitted.kind === "list" && fitted.items?.some(isNoDimension) === true) return undefined;
        return fitted;
      }
      return undefined;
    },
    judge: (context, value, span) => {
      if (kind === "size" && value.kind === "list" && value.items !== undefined && value.items.length !== 2) {
        context.report("value/wrong-length", { what: name, expected: "1 or 2", actual: value.items.length }, span);
      }
      const offending = numbersIn(value).find((n) => (min !== undefined && n < min) || (max !== undefined && n > max));
      if (offending !== undefined) {
        context.report("value/out-of-range", { callee, name, min, max, actual: offending }, span);
      }
      if (options !== undefined && value.kind === "string" && value.value !== undefined) {
        if (!options.includes(value.value)) {
          const suggestion = suggest(value.value, options);
          const known = options.map((o) => `"${o}"`).join(", ");
          context.report("value/unknown-option", { callee, name, actual: value.value, known, suggestion }, span);
        }
      }
    },
  };
}

const isNoDimension = (value: Value): boolean => !["int", "batch", "unknown"].includes(value.kind);

const signatures = new WeakMap<AnySurface, readonly SignatureParameter[]>();

/** The signature of an op's surface. */
export function signatureOf(surface: AnySurface): readonly SignatureParameter[] {
  let signature = signatures.get(surface);
  if (signature === undefined) {
    signature = Object.entries(surface.parameters).map(([name, parameter]) =>
      toSignature(name, parameter, surface.name),
    );
    signatures.set(surface, signature);
  }
  return signature;
}

type Plain = number | boolean | string | readonly Dim[] | undefined;

/** The value in the form that `resolve` expects, or null if it is unknown. */
function plainOf(value: Value, kind: ParameterKind): Plain | null {
  if (value.kind === "int" || value.kind === "float") {
    if (value.value === undefined) return null;
    if (kind === "size") return [value.value, value.value];
    return kind === "ints" || kind === "floats" ? [value.value] : value.value;
  }
  if (value.kind === "bool" || value.kind === "string") return value.value ?? null;
  if (value.kind === "batch") return value.factor === undefined ? null : [{ batch: value.factor }];
  if (value.kind === "list" || value.kind === "tuple") {
    if (value.items === undefined) return null;
    const dims: Dim[] = [];
    for (const item of value.items) {
      if (item.kind === "batch" && item.factor !== undefined) dims.push({ batch: item.factor });
      else if ((item.kind === "int" || item.kind === "float") && item.value !== undefined) dims.push(item.value);
      else return null;
    }
    return kind === "size" && dims.length !== 2 ? null : dims;
  }
  return null;
}

/** The arguments in the form that `resolve` expects, with defaults; undefined if one is unknown or wrong. */
export function plainArguments(
  surface: AnySurface,
  bound: BoundArguments,
): Readonly<Record<string, Plain>> | undefined {
  const plain: Record<string, Plain> = {};
  // Not by entries: they would be a list for each application of an op.
  for (const name in surface.parameters) {
    const parameter = surface.parameters[name] as Parameter;
    const value = bound.values.get(name);
    if (value === undefined) {
      plain[name] = parameter.default as Plain;
      continue;
    }
    const converted = plainOf(value, parameter.kind);
    if (converted === null) return undefined;
    const { min, max, options } = parameter;
    const numbers = numbersIn(value);
    if (numbers.some((n) => (min !== undefined && n < min) || (max !== undefined && n > max))) return undefined;
    if (options !== undefined && !options.includes(converted as string)) return undefined;
    plain[name] = converted;
  }
  return plain;
}
