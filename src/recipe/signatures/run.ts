/** How long, in which portions, as a recipe writes them. */
import type { RecipeSignature } from "../signature.js";

/** What can make an epoch the best one. */
export const bestMeasures = ["accuracy", "mean_class_accuracy"] as const;

export const runSignatures = [
  {
    name: "run",
    sort: "run",
    doc: "how long, in which portions",
    parameters: [
      { name: "batch", type: "int", min: 1, doc: "pictures a step" },
      { name: "epochs", type: "int", min: 1, doc: "passes over the training pictures" },
      {
        name: "last_batch",
        type: "string",
        options: ["drop", "keep"],
        default: "drop",
        doc: "a last batch that is not full",
      },
      { name: "seed", type: "int", min: 0, default: 0, doc: "of all randomness" },
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
        doc: "share that a moving average of the parameters keeps at each update; 0: there is none",
      },
      {
        name: "best_by",
        type: "string",
        options: bestMeasures,
        default: "accuracy",
        doc: "what makes an epoch the best, on the pictures held out",
      },
      {
        name: "patience",
        type: "int",
        min: 0,
        default: 0,
        doc: "epochs without a better one after which the run ends; 0: it never ends early",
      },
      {
        name: "min_delta",
        type: "float",
        min: 0,
        max: 1,
        default: 0,
        doc: "by how much more than the best so far is better, for `patience`",
      },
      {
        name: "folds",
        type: "int",
        min: 1,
        max: 100,
        default: 1,
        doc: "so many runs, each trained on all parts of the training pictures but one and judged by that one; 1: one run on all",
      },
    ],
  },
] as const satisfies readonly RecipeSignature[];
