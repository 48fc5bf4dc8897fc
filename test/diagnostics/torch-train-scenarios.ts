import { printedTraining } from "../torch-train/printed-training.js";
import { recipeText } from "../training/small-recipe.js";

export const torchTrainScenarios = {
  "recipe/not-in-torch": async (): Promise<readonly string[]> => {
    const made = await printedTraining(recipeText({ run: "run(batch: 6, epochs: 1, folds: 2)" }), "Plain");
    return made.kind === "refused" ? made.diagnostics.map(({ code }) => code) : [];
  },
};
