import type { CompiledModel } from "../compiler.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import type { ElaboratedRecipe } from "../semantics/recipes.js";
import type { CompiledPath } from "./compile-file.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";

export interface OneRecipe {
  readonly recipe: ElaboratedRecipe;
  /** Its student, with all settings, as inference sees it. */
  readonly student: CompiledModel;
  readonly compiled: CompiledPath;
}

/** The recipe NAME of the one file that PATH stands for, with its settings; what is wrong is reported. */
export async function compileOneRecipe(
  session: Session,
  path: string,
  name: string,
  set: ReadonlyMap<string, string>,
): Promise<OneRecipe | undefined> {
  const { files, failed } = await session.expand([path]);
  if (failed) return undefined;
  const [file = path, ...others] = files;
  if (others.length > 0) {
    const choices = files.map((each) => displayPath(session.cwd, each));
    session.report([diagnose("onnx/which-model", { path, choices, flag: "PATH" })]);
    return undefined;
  }
  const compiled = await session.compilePath(file, { recipe: name, set });
  const [recipe] = compiled.compilation.recipes;
  const [student] = compiled.compilation.models;
  return compiled.hasErrors || recipe === undefined || student === undefined
    ? undefined
    : { recipe, student, compiled };
}
