/** The evaluations of a recipe. */
import type { RecipeSignature } from "../signature.js";

export const evaluationSignatures = [
  {
    name: "mean_of_flips",
    sort: "evaluation",
    doc: "the mean of the probabilities of the picture and its mirror image",
    parameters: [],
  },
  { name: "single_view", sort: "evaluation", doc: "the picture alone", parameters: [] },
] as const satisfies readonly RecipeSignature[];
