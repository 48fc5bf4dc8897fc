/** The length and batches of a recipe's training. */
import type { RecipeSignature } from "../signature.js";

/** The measures that can decide the best epoch. */
export const bestMeasures = ["accuracy", "mean_class_accuracy"] as const;

export const runSignatures = [
  {
    name: "run",
    sort: "run",
    doc: "length and batches of the training",
    parameters: [
      { name: "batch", type: "int", min: 1, doc: "pictures per step" },
      { name: "epochs", type: "int", min: 1, doc: "passes over the training pictures" },
      {
        name: "last_batch",
        type: "string",
        options: ["drop", "keep"],
        default: "drop",
        doc: "an incomplete last batch",
      },
      { name: "seed", type: "int", min: 0, default: 0, doc: "random seed" },
      {
        name: "accumulate",
        type: "int",
        min: 1,
        default: 1,
        doc: "batches whose mean gradient makes one update",
      },
      {
        name: "average",
        type: "float",
        min: 0,
        max: 1,
        default: 0,
        doc: "decay of a moving average of the parameters; 0: no average",
      },
      {
        name: "best_by",
        type: "string",
        options: bestMeasures,
        default: "accuracy",
        doc: "the measure of the best epoch, on held-out pictures",
      },
      {
        name: "patience",
        type: "int",
        min: 0,
        default: 0,
        doc: "epochs without improvement after which the run ends; 0: no early stopping",
      },
      {
        name: "min_delta",
        type: "float",
        min: 0,
        max: 1,
        default: 0,
        doc: "smallest improvement over the best so far, for `patience`",
      },
      {
        name: "folds",
        type: "int",
        min: 1,
        max: 100,
        default: 1,
        doc: "number of runs, each trained on all folds of the training pictures but one and evaluated on that one; 1: one run on all",
      },
    ],
  },
] as const satisfies readonly RecipeSignature[];
