/** How a picture is evaluated when accuracy is measured. It is stored with each such number, and with the weights. */
import { type RecipeName, recipeSignatures } from "./signatures.js";

export type Evaluation = RecipeName<"evaluation">;

export const evaluations: readonly Evaluation[] = recipeSignatures.flatMap(({ sort, name }) =>
  sort === "evaluation" ? [name as Evaluation] : [],
);

/** The default, for recipes and files without one. */
export const usualEvaluation: Evaluation = "single_view";

/** Its key in safetensors and ONNX files. */
export const evaluationKey = "lfer.evaluation";

/** The evaluation with that name, if there is one. */
export const evaluationNamed = (name: string): Evaluation | undefined => evaluations.find((known) => known === name);
