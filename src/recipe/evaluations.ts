/** How a picture is judged when accuracy is measured. It goes with every number that was measured so, and with the weights. */
import { type RecipeName, recipeSignatures } from "./signatures.js";

export type Evaluation = RecipeName<"evaluation">;

export const evaluations: readonly Evaluation[] = recipeSignatures.flatMap(({ sort, name }) =>
  sort === "evaluation" ? [name as Evaluation] : [],
);

/** Of a recipe, or a file, that names none. */
export const usualEvaluation: Evaluation = "single_view";

/** The key under which safetensors and ONNX files name it. */
export const evaluationKey = "lfer.evaluation";

/** The evaluation of that name, if there is one. */
export const evaluationNamed = (name: string): Evaluation | undefined => evaluations.find((known) => known === name);
