import type { Type, Value } from "./values.js";
import { bool, float, int, layer, string, unknown, unknownTensor } from "./values.js";

/** `int`, `[string]`, `(int, float)`, `"a" | "b"`. */
export function formatType(type: Type): string {
  if (typeof type === "string") return type === "unknown" ? "a value" : type;
  if ("list" in type) return `[${type.list === "unknown" ? "" : formatType(type.list)}]`;
  if ("tuple" in type) return `(${type.tuple.map(formatType).join(", ")})`;
  if ("record" in type) return type.record;
  return type.choice.map((option) => `"${option}"`).join(" | ");
}

export function typeOfValue(value: Value): Type {
  switch (value.kind) {
    case "list":
      return { list: value.element };
    case "tuple":
      return { tuple: value.items.map(typeOfValue) };
    case "record":
      return { record: value.sort };
    default:
      return value.kind;
  }
}

/** An unknown value of this type. */
export function unknownOf(type: Type): Value {
  if (typeof type === "string") {
    switch (type) {
      case "int":
        return int(undefined);
      case "float":
        return float(undefined);
      case "bool":
        return bool(undefined);
      case "string":
        return string(undefined);
      case "layer":
        return layer({ kind: "opaque" });
      case "tensor":
        return unknownTensor;
      case "batch":
        return { kind: "batch", factor: undefined };
      case "initializer":
        return { kind: "initializer", initializer: undefined };
      default:
        return unknown;
    }
  }
  if ("list" in type) return { kind: "list", element: type.list, items: undefined };
  if ("tuple" in type) return { kind: "tuple", items: type.tuple.map(unknownOf) };
  if ("choice" in type) return string(undefined);
  return unknown;
}

/** Converts `value` to the type `wanted` (ints become floats); undefined if it does not fit. */
export function fit(value: Value, type: Type): Value | undefined {
  if (value.kind === "unknown" || type === "unknown") return value;
  if (typeof type === "string") {
    if (value.kind === type) return value;
    if (type === "float" && value.kind === "int") return float(value.value);
    if (type === "dim" && (value.kind === "int" || value.kind === "batch")) return value;
    return undefined;
  }
  if ("choice" in type) {
    if (value.kind !== "string") return undefined;
    return value.value === undefined || type.choice.includes(value.value) ? value : undefined;
  }
  if ("list" in type) {
    if (value.kind !== "list") return undefined;
    if (value.items === undefined) {
      return fit(unknownOf(value.element), type.list) === undefined ? undefined : unknownOf(type);
    }
    const items = value.items.map((item) => fit(item, type.list));
    return items.includes(undefined) ? undefined : { kind: "list", element: type.list, items: items as Value[] };
  }
  if ("tuple" in type) {
    if (value.kind !== "tuple" || value.items.length !== type.tuple.length) return undefined;
    const items = value.items.map((item, i) => fit(item, type.tuple[i] as Type));
    return items.includes(undefined) ? undefined : { kind: "tuple", items: items as Value[] };
  }
  return value.kind === "record" && value.sort === type.record ? value : undefined;
}

/** The common type of both, or undefined; for int and float it is float. */
export function joinTypes(a: Type, b: Type): Type | undefined {
  if (a === "unknown") return b;
  if (b === "unknown") return a;
  if (typeof a === "string" || typeof b === "string") {
    if (a === b) return a;
    if ((a === "int" && b === "float") || (a === "float" && b === "int")) return "float";
    const isDim = (t: Type): boolean => t === "int" || t === "batch" || t === "dim";
    if (isDim(a) && isDim(b)) return "dim";
    const isString = (t: Type): boolean => t === "string" || (typeof t !== "string" && "choice" in t);
    return isString(a) && isString(b) ? "string" : undefined;
  }
  if ("list" in a && "list" in b) {
    const list = joinTypes(a.list, b.list);
    return list === undefined ? undefined : { list };
  }
  if ("tuple" in a && "tuple" in b && a.tuple.length === b.tuple.length) {
    const tuple = a.tuple.map((t, i) => joinTypes(t, b.tuple[i] as Type));
    return tuple.includes(undefined) ? undefined : { tuple: tuple as Type[] };
  }
  if ("choice" in a && "choice" in b) return "string";
  if ("record" in a && "record" in b && a.record === b.record) return a;
  return undefined;
}
