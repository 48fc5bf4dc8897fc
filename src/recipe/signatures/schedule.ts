/** The learning-rate schedules of a recipe. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const warmup = {
  name: "warmup_epochs",
  type: "int",
  min: 0,
  default: 0,
  doc: "epochs in which the rate increases from zero at each step; the schedule begins after them",
} as const satisfies RecipeParameter;

export const scheduleSignatures = [
  {
    name: "step",
    sort: "schedule",
    doc: "multiplies the rate by `factor` every `every_epochs` epochs",
    parameters: [
      { name: "every_epochs", type: "int", min: 1, doc: "epochs between two drops" },
      { name: "factor", type: "float", min: 0, doc: "factor of the rate" },
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
    doc: "increases to the optimizer's rate and decreases again within the run, at each step; the momentum is constant",
    parameters: [
      { name: "pct_start", type: "float", min: 0, max: 1, default: 0.3, doc: "share of the steps that increase" },
      { name: "div_factor", type: "float", min: 1, default: 25, doc: "the highest rate divided by the initial rate" },
      {
        name: "final_div_factor",
        type: "float",
        min: 1,
        default: 1e4,
        doc: "the initial rate divided by the final rate",
      },
      {
        name: "anneal",
        type: "string",
        options: ["cos", "linear"],
        default: "cos",
        doc: "the shape of increase and decrease",
      },
      {
        name: "three_phase",
        type: "bool",
        default: false,
        doc: "decreases as long as it increased, then further to the final rate, instead of in one phase",
      },
    ],
  },
  {
    name: "plateau",
    sort: "schedule",
    doc: "multiplies the rate by `factor` after epochs without improvement on held-out pictures",
    parameters: [
      {
        name: "measure",
        type: "string",
        options: ["loss", "accuracy", "mean_class_accuracy"],
        default: "loss",
        doc: "the measure, on held-out pictures, of the current weights",
      },
      { name: "factor", type: "float", min: 0, max: 1, default: 0.1, doc: "factor of the rate" },
      { name: "patience", type: "int", min: 0, default: 10, doc: "epochs without improvement that are allowed" },
      {
        name: "threshold",
        type: "float",
        min: 0,
        max: 1,
        default: 1e-4,
        doc: "smallest improvement, as a share of the best value so far",
      },
      { name: "cooldown", type: "int", min: 0, default: 0, doc: "epochs after a drop that are ignored" },
      { name: "floor", type: "float", min: 0, default: 0, doc: "the lowest rate" },
      warmup,
    ],
  },
  { name: "constant_rate", sort: "schedule", doc: "the same rate throughout", parameters: [warmup] },
] as const satisfies readonly RecipeSignature[];
