import { surfaces } from "../ops/registry.js";
import { combinatorNames } from "./combinators.js";
import { initializers } from "./initializers.js";
import { recordNames } from "./records.js";
import { scalarFunctions } from "./scalar-functions.js";

/** Whether the language itself has this name, so that no declaration may take it. */
export function isBuiltinName(name: string): boolean {
  return (
    surfaces.has(name) ||
    combinatorNames.includes(name) ||
    recordNames.includes(name) ||
    Object.hasOwn(initializers, name) ||
    Object.hasOwn(scalarFunctions, name) ||
    name === "training"
  );
}

/** All names of the language that an expression may use. */
export function builtinNames(): readonly string[] {
  return [
    ...surfaces.keys(),
    ...combinatorNames,
    ...recordNames,
    ...Object.keys(initializers),
    ...Object.keys(scalarFunctions),
    "training",
  ];
}
