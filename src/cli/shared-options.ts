import type { Options } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";

/** `--model NAME`. */
export const modelOption = {
  type: "string",
  describe: "the model or variant; optional if there is only one",
  requiresArg: true,
} as const satisfies Options;

/** `--watch`. */
export const watchOption = {
  type: "boolean",
  default: false,
  describe: "run again whenever a file that was read changes; Ctrl-C ends",
} as const satisfies Options;

/** `--recipe NAME`. */
export const recipeOption = {
  type: "string",
  describe: "the recipe; optional if there is only one",
  requiresArg: true,
} as const satisfies Options;

/** `--set k=v`, repeatable, if there may be a recipe. */
export const recipeSetOption = {
  type: "string",
  array: true,
  describe:
    "set a parameter of the model; with a recipe, of the recipe or else its student; student.size=112, teacher.size=112: of one network",
  requiresArg: true,
} as const satisfies Options;

/** `--set k=v`, repeatable. */
export const setOption = {
  type: "string",
  array: true,
  describe: "set a parameter of the model: --set size=112",
  requiresArg: true,
} as const satisfies Options;

/** The values of `--set` by name, or an error. */
export function parseSettings(values: readonly string[] = []): ReadonlyMap<string, string> | Diagnostic {
  const settings = new Map<string, string>();
  for (const value of values) {
    const at = value.indexOf("=");
    const name = value.slice(0, at).trim();
    if (at < 1 || name === "") return diagnose("tool/bad-setting", { setting: value });
    if (settings.has(name)) return diagnose("tool/setting-said-twice", { name });
    settings.set(name, value.slice(at + 1).trim());
  }
  return settings;
}
