import type { RecipeSignature } from "./signature.js";
import { augmentationSignatures } from "./signatures/augmentation.js";
import { dataSignatures } from "./signatures/data.js";
import { evaluationSignatures } from "./signatures/evaluation.js";
import { groupSignatures, optimizerSignatures } from "./signatures/optimizer.js";
import { runSignatures } from "./signatures/run.js";
import { scheduleSignatures } from "./signatures/schedule.js";

const declared = [
  ...dataSignatures,
  ...augmentationSignatures,
  ...optimizerSignatures,
  ...groupSignatures,
  ...scheduleSignatures,
  ...runSignatures,
  ...evaluationSignatures,
] as const satisfies readonly RecipeSignature[];

/** Every name that a recipe may use besides the language's own. */
export const recipeSignatures: readonly RecipeSignature[] = declared;

/** The names of one sort: who does something by them `switch`es over this union, and a forgotten one does not compile. */
export type RecipeName<Sort extends RecipeSignature["sort"]> = Extract<
  (typeof declared)[number],
  { readonly sort: Sort }
>["name"];

/** What a loss may read of the data, as `data.label`: the target, and the distribution that a table of their own gives. */
export const dataTensors = ["label", "distribution"] as const;

/** The input of a loss for it. */
export const inputOfData = (name: (typeof dataTensors)[number]): string => `data.${name}`;

/** The entries of a recipe, and the sort of thing each takes. `student`, `teacher` and `loss` have rules of their own. */
export const recipeKeys = {
  student: "model",
  teacher: "model",
  data: "data",
  loss: "loss",
  optimizer: "optimizer",
  schedule: "schedule",
  train: "run",
  evaluation: "evaluation",
} as const;

export const requiredRecipeKeys = ["student", "data", "loss", "optimizer", "train"] as const;
