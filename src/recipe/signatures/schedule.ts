/** Learning rates over time, as a recipe writes them. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const warmup: RecipeParameter = {
  name: "warmup_epochs",
  type: "int",
  min: 0,
  default: 0,
  doc: "epochs in which the rate grows from nothing, step by step; the schedule begins after them",
};

export const scheduleSignatures = [
  {
    name: "step",
    sort: "schedule",
    doc: "multiplies the rate by `factor` every so many epochs",
    parameters: [
      { name: "every_epochs", type: "int", min: 1, doc: "epochs between two drops" },
      { name: "factor", type: "float", min: 0, doc: "what the rate is multiplied by" },
      warmup,
    ],
  },
  {
    name: "cosine",
    sort: "schedule",
    doc: "half a cosine from the rate down to `floor`",
    parameters: [
      { name: "floor", type: "float", min: 0, default: 0, doc: "the rate at the end" },
      { name: "moves", type: "string", options: ["epoch", "step"], default: "epoch", doc: "when the rate changes" },
      warmup,
    ],
  },
  { name: "constant_rate", sort: "schedule", doc: "the same rate throughout", parameters: [warmup] },
] as const satisfies readonly RecipeSignature[];
