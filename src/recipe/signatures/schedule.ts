/** Learning rates over time, as a recipe writes them. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const warmup = {
  name: "warmup_epochs",
  type: "int",
  min: 0,
  default: 0,
  doc: "epochs in which the rate grows from nothing, step by step; the schedule begins after them",
} as const satisfies RecipeParameter;

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
  {
    name: "one_cycle",
    sort: "schedule",
    doc: "up to the optimizer's rate and down again within the run, step by step; the momentum stays as it is",
    parameters: [
      { name: "pct_start", type: "float", min: 0, max: 1, default: 0.3, doc: "share of the steps that go up" },
      { name: "div_factor", type: "float", min: 1, default: 25, doc: "the rate begins as this part of its highest" },
      {
        name: "final_div_factor",
        type: "float",
        min: 1,
        default: 1e4,
        doc: "and ends as this part of what it began as",
      },
      { name: "anneal", type: "string", options: ["cos", "linear"], default: "cos", doc: "the form of the ways" },
      {
        name: "three_phase",
        type: "bool",
        default: false,
        doc: "down as long as up, and then on to the end, instead of all the way at once",
      },
    ],
  },
  {
    name: "plateau",
    sort: "schedule",
    doc: "multiplies the rate by `factor` when the pictures held out are judged no better for some epochs",
    parameters: [
      {
        name: "measure",
        type: "string",
        options: ["loss", "accuracy", "mean_class_accuracy"],
        default: "loss",
        doc: "what is watched, on the pictures held out, of the weights as they are",
      },
      { name: "factor", type: "float", min: 0, max: 1, default: 0.1, doc: "what the rate is multiplied by" },
      { name: "patience", type: "int", min: 0, default: 10, doc: "epochs that may be no better" },
      {
        name: "threshold",
        type: "float",
        min: 0,
        max: 1,
        default: 1e-4,
        doc: "share of the best value so far by which another must pass it to be better",
      },
      { name: "cooldown", type: "int", min: 0, default: 0, doc: "epochs after a drop that do not count" },
      { name: "floor", type: "float", min: 0, default: 0, doc: "the lowest rate" },
      warmup,
    ],
  },
  { name: "constant_rate", sort: "schedule", doc: "the same rate throughout", parameters: [warmup] },
] as const satisfies readonly RecipeSignature[];
