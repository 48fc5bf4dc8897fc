/** Assigns each `--set KEY=VALUE`: to the recipe's parameters, else the student's; `student.` and `teacher.` select the network. */
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { Setting } from "../models/settings.js";

/** Names of parameters; undefined if a part is missing, or too damaged to have any. */
export interface SettableParts {
  readonly recipe: readonly string[];
  readonly student: readonly string[] | undefined;
  readonly teacher: readonly string[] | undefined;
}

/** The settings for the recipe itself. */
export function settingsForRecipe(settings: ReadonlyMap<string, string>, own: readonly string[]): readonly Setting[] {
  return [...settings].flatMap(([key, text]) => (own.includes(key) ? [{ key, parameter: key, text }] : []));
}

/** The settings for one of its networks; the student also gets those without a prefix. A prefix takes precedence. */
export function settingsForNetwork(
  settings: ReadonlyMap<string, string>,
  own: readonly string[],
  network: "student" | "teacher",
  parameters: readonly string[],
): readonly Setting[] {
  const prefix = `${network}.`;
  const plain = [...settings].flatMap(([key, text]): Setting[] => {
    const isMeant = network === "student" && parameters.includes(key) && !own.includes(key);
    return isMeant ? [{ key, parameter: key, text }] : [];
  });
  const told = [...settings].flatMap(([key, text]): Setting[] => {
    const parameter = key.slice(prefix.length);
    return key.startsWith(prefix) && parameters.includes(parameter) ? [{ key, parameter, text }] : [];
  });
  return [...plain, ...told];
}

/** The settings that match no parameter. */
export function unknownRecipeSettings(
  recipe: string,
  settings: ReadonlyMap<string, string>,
  { recipe: own, student = [], teacher = [] }: SettableParts,
): readonly Diagnostic[] {
  const plain = [...own, ...student.filter((name) => !own.includes(name))];
  const ofTeacher = teacher.map((name) => `teacher.${name}`);
  const all = [...plain, ...student.map((name) => `student.${name}`), ...ofTeacher];
  return [...settings.keys()]
    .filter((key) => !all.includes(key))
    .map((key) => {
      // An unprefixed name of a teacher's parameter is probably meant for the teacher.
      const suggestion = teacher.includes(key) ? `teacher.${key}` : suggest(key, all);
      const known = [...plain, ...ofTeacher].join(", ");
      return diagnose("recipe/unknown-setting", { recipe, name: key, known, suggestion });
    });
}
