import type { CompiledModel } from "../compiler.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import type { CompiledPath } from "./compile-file.js";
import { oneFile } from "./one-file.js";
import type { Session } from "./session.js";

export interface OneRecipe {
  readonly recipe: ElaboratedRecipe;
  /** Its student in inference form, with all settings. */
  readonly student: CompiledModel;
  readonly compiled: CompiledPath;
}

/** The recipe NAME, or the only one, of the single file under PATH, with its settings; errors are reported. */
export async function compileOneRecipe(
  session: Session,
  path: string,
  name: string | undefined,
  set: ReadonlyMap<string, string>,
): Promise<OneRecipe | undefined> {
  const file = await oneFile(session, path);
  if (file === undefined) return undefined;
  const compiled = await session.compilePath(file, { recipe: name ?? true, set });
  const [recipe] = compiled.compilation.recipes;
  const [student] = compiled.compilation.models;
  return compiled.hasErrors || recipe === undefined || student === undefined
    ? undefined
    : { recipe, student, compiled };
}
