import { surfaces } from "../../ops/registry.js";
import { combinatorNames } from "./combinators.js";
import { initializers } from "./initializers.js";
import { recordNames } from "./records.js";
import { scalarFunctions } from "./scalar-functions.js";
import { tensorLiterals } from "./tensor-literals.js";

/** Whether the language has a layer or constant of this name, so that no declaration may use it. */
export function isReservedName(name: string): boolean {
  return surfaces.has(name) || combinatorNames.includes(name) || name === "training";
}

/** Whether the language has a callable of this name. Constants may have the same name: `width` and `width(x)` differ. */
export function isBuiltinName(name: string): boolean {
  const isCallable = [initializers, scalarFunctions, tensorLiterals].some((names) => Object.hasOwn(names, name));
  return isCallable || recordNames.includes(name) || isReservedName(name);
}

/** All names of the language that an expression may use. */
export function builtinNames(): readonly string[] {
  return [
    ...surfaces.keys(),
    ...combinatorNames,
    ...recordNames,
    ...Object.keys(initializers),
    ...Object.keys(scalarFunctions),
    ...Object.keys(tensorLiterals),
    "training",
  ];
}
