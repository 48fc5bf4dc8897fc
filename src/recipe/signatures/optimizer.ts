/** The optimisers of a recipe. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const rate = { name: "lr", type: "float", min: 0, doc: "learning rate" } as const satisfies RecipeParameter;
const decay = {
  name: "weight_decay",
  type: "float",
  min: 0,
  default: 0,
  doc: "added to the gradient as this times the weight",
} as const satisfies RecipeParameter;
const betas = {
  name: "betas",
  type: { listOf: "float" },
  length: 2,
  min: 0,
  max: 0.999999,
  default: [0.9, 0.999],
  doc: "decay rates of the two moments",
} as const satisfies RecipeParameter;
const eps = {
  name: "eps",
  type: "float",
  min: 0,
  default: 1e-8,
  doc: "keeps the division finite",
} as const satisfies RecipeParameter;
/** Parameters of every optimiser. */
const parts = [
  {
    name: "decay_norm_and_bias",
    type: "bool",
    default: true,
    doc: "also decay parameters of one axis (norms' weights, all biases)",
  },
  { name: "groups", type: { things: "group" }, default: [], doc: "parts of the network with their own rate" },
  { name: "freeze", type: { listOf: "string" }, default: [], doc: "paths whose parameters are not trained" },
  {
    name: "clip_norm",
    type: "float",
    min: 0,
    default: 0,
    doc: "largest norm of all gradients together; 0: no limit",
  },
] as const satisfies readonly RecipeParameter[];

export const optimizerSignatures = [
  {
    name: "sgd",
    sort: "optimizer",
    doc: "stochastic gradient descent with momentum, as PyTorch's SGD",
    parameters: [
      rate,
      { name: "momentum", type: "float", min: 0, max: 1, default: 0, doc: "share of the last step kept" },
      decay,
      { name: "nesterov", type: "bool", default: false, doc: "use Nesterov's momentum" },
      ...parts,
    ],
  },
  {
    name: "adam",
    sort: "optimizer",
    doc: "Adam (Kingma and Ba, 2015)",
    parameters: [rate, betas, eps, decay, ...parts],
  },
  {
    name: "adamw",
    sort: "optimizer",
    doc: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)",
    parameters: [
      rate,
      betas,
      eps,
      { ...decay, default: 0.01, doc: "share of the weight, times the rate, that each step subtracts" },
      ...parts,
    ],
  },
] as const satisfies readonly RecipeSignature[];

export const groupSignatures = [
  {
    name: "group",
    sort: "group",
    doc: "a part of the network, with factors on the optimiser's rate and decay; in nested groups the inner one applies",
    parameters: [
      { name: "at", type: "string", doc: "a layer's path or the beginning of one" },
      { name: "lr_scale", type: "float", min: 0, default: 1, doc: "factor of the rate" },
      { name: "decay_scale", type: "float", min: 0, default: 1, doc: "factor of the weight decay" },
    ],
  },
] as const satisfies readonly RecipeSignature[];
