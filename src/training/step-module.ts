/** Builds a recipe's training step for TensorFlow.js: `build --target tfjs-train`. */
import { isProblem } from "../diagnostics/diagnostic.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../step/from-recipe.js";
import { trainingStep } from "../step/training-step.js";
import { buildModule, type ModuleBuildOptions, type ModuleBuildResult } from "../targets/tfjs-train/build-module.js";
import { originOf, probeStep } from "./step-file.js";

export interface StepModuleOptions extends Omit<ModuleBuildOptions, "origin"> {
  /** By default, the recipe's own. */
  readonly batch?: number | undefined;
}

/** The verified text of the module, or what is wrong. */
export async function buildStepModule(
  recipe: ElaboratedRecipe,
  options: StepModuleOptions,
): Promise<ModuleBuildResult> {
  const source = stepOfRecipe(recipe, options.batch);
  if (isProblem(source)) return { kind: "refused", diagnostics: [source.diagnose({})] };
  const step = {
    network: source.network,
    step: trainingStep(source),
    ...scheduleOfRecipe(recipe),
    makeProbe: () => probeStep(source),
  };
  return buildModule(step, { ...options, origin: originOf(recipe, source.batch) });
}
