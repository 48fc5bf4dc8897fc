/** A type that a recipe's thing takes; `list` of things of one sort, or of values. */
export type RecipeType =
  | "int"
  | "float"
  | "bool"
  | "string"
  | { readonly listOf: "int" | "float" | "string" }
  | { readonly things: string };

export interface RecipeParameter {
  readonly name: string;
  readonly type: RecipeType;
  readonly doc: string;
  /** Left out, this is meant; a parameter without it is required. */
  readonly default?: number | string | boolean | readonly number[];
  /** Of a number, or of each in a list. */
  readonly min?: number;
  readonly max?: number;
  /** How many items a list has. */
  readonly length?: number;
  readonly options?: readonly string[];
}

/** What a recipe can be made of: a data set, an augmentation, an optimiser, a schedule, a run, an evaluation. No doing. */
export interface RecipeSignature {
  readonly name: string;
  readonly sort: "data" | "augmentation" | "optimizer" | "group" | "schedule" | "run" | "evaluation";
  readonly doc: string;
  readonly parameters: readonly RecipeParameter[];
}

const augment: RecipeParameter = {
  name: "augment",
  type: { things: "augmentation" },
  default: [],
  doc: "what happens to each training picture, in order",
};
const sampler: RecipeParameter = {
  name: "sampler",
  type: "string",
  default: "shuffled",
  options: ["shuffled", "balanced"],
  doc: "in which order training pictures come; balanced: each class as often",
};
const folder: RecipeParameter = { name: "path", type: "string", default: "", doc: "folder; --data says it otherwise" };
const rate: RecipeParameter = { name: "lr", type: "float", min: 0, doc: "learning rate" };
const decay: RecipeParameter = {
  name: "weight_decay",
  type: "float",
  min: 0,
  default: 0,
  doc: "added to the gradient as this times the weight",
};
const betas: RecipeParameter = {
  name: "betas",
  type: { listOf: "float" },
  length: 2,
  min: 0,
  max: 0.999999,
  default: [0.9, 0.999],
  doc: "shares of the two moments that are kept",
};
const eps: RecipeParameter = { name: "eps", type: "float", min: 0, default: 1e-8, doc: "keeps the division finite" };
/** What every optimiser takes. */
const parts: readonly RecipeParameter[] = [
  {
    name: "decay_norm_and_bias",
    type: "bool",
    default: true,
    doc: "whether parameters of one axis (norms' weights, all biases) decay too",
  },
  { name: "groups", type: { things: "group" }, default: [], doc: "parts of the network with a rate of their own" },
  { name: "freeze", type: { listOf: "string" }, default: [], doc: "paths whose parameters stay as they are" },
  {
    name: "clip_norm",
    type: "float",
    min: 0,
    default: 0,
    doc: "largest norm of all gradients together; 0 is any",
  },
];
const warmup: RecipeParameter = {
  name: "warmup_epochs",
  type: "int",
  min: 0,
  default: 0,
  doc: "epochs in which the rate grows from nothing, step by step; the schedule begins after them",
};
const probability: RecipeParameter = { name: "p", type: "float", min: 0, max: 1, doc: "how often" };

const declared = [
  {
    name: "raf_db",
    sort: "data",
    doc: "RAF-DB's layout: Image/aligned, EmoLabel/list_patition_label.txt",
    parameters: [
      folder,
      augment,
      sampler,
      { name: "list", type: "string", default: "list_patition_label.txt", doc: "label list in EmoLabel" },
      { name: "validation", type: "string", default: "", doc: "list of training pictures held out" },
    ],
  },
  {
    name: "affectnet",
    sort: "data",
    doc: "AffectNet, CSV release or folders of annotations; classes are the model's",
    parameters: [folder, augment, sampler],
  },
  {
    name: "ferplus",
    sort: "data",
    doc: "FER2013 pictures with FER+ votes as label distributions",
    parameters: [folder, augment, sampler],
  },
  { name: "fer2013", sort: "data", doc: "fer2013.csv", parameters: [folder, augment, sampler] },
  { name: "folder", sort: "data", doc: "a folder per class below each split", parameters: [folder, augment, sampler] },
  {
    name: "csv",
    sort: "data",
    doc: "a table of path, label[, split] or path and one probability a class",
    parameters: [folder, augment, sampler, { name: "list", type: "string", default: "labels.csv", doc: "the table" }],
  },
  {
    name: "horizontal_flip",
    sort: "augmentation",
    doc: "mirrors the picture",
    parameters: [{ ...probability, default: 0.5 }],
  },
  {
    name: "random_resized_crop",
    sort: "augmentation",
    doc: "a part of the picture, brought to the model's size",
    parameters: [
      { name: "scale", type: { listOf: "float" }, length: 2, doc: "smallest and largest share of the area" },
      { name: "ratio", type: { listOf: "float" }, length: 2, doc: "smallest and largest width over height" },
    ],
  },
  {
    name: "random_crop",
    sort: "augmentation",
    doc: "shifts the picture by up to `padding` pixels",
    parameters: [{ name: "padding", type: "int", min: 0, doc: "pixels on each side" }],
  },
  {
    name: "rotation",
    sort: "augmentation",
    doc: "turns the picture",
    parameters: [{ name: "degrees", type: "float", min: 0, max: 180, doc: "at most, either way" }],
  },
  {
    name: "color_jitter",
    sort: "augmentation",
    doc: "brightness, contrast and saturation by up to these shares",
    parameters: ["brightness", "contrast", "saturation"].map((name) => ({
      name,
      type: "float" as const,
      min: 0,
      default: 0,
      doc: `${name}: factors from 1 - v to 1 + v`,
    })),
  },
  {
    name: "random_erasing",
    sort: "augmentation",
    doc: "paints over a rectangle",
    parameters: [{ ...probability, default: 0.5 }],
  },
  {
    name: "sgd",
    sort: "optimizer",
    doc: "stochastic gradient descent with momentum, as PyTorch's SGD",
    parameters: [
      rate,
      { name: "momentum", type: "float", min: 0, max: 1, default: 0, doc: "share of the last step kept" },
      decay,
      { name: "nesterov", type: "bool", default: false, doc: "look ahead" },
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
      { ...decay, default: 0.01, doc: "share of the weight, times the rate, that each step takes off" },
      ...parts,
    ],
  },
  {
    name: "group",
    sort: "group",
    doc: "a part of the network, with factors on the optimiser's rate and decay; of groups in each other the inner one",
    parameters: [
      { name: "at", type: "string", doc: "a layer's path or the beginning of one" },
      { name: "lr_scale", type: "float", min: 0, default: 1, doc: "factor of the rate" },
      { name: "decay_scale", type: "float", min: 0, default: 1, doc: "factor of the weight decay" },
    ],
  },
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
    ],
  },
  {
    name: "mean_of_flips",
    sort: "evaluation",
    doc: "by the mean of the probabilities of the picture and its mirror image",
    parameters: [],
  },
  { name: "single_view", sort: "evaluation", doc: "by the picture as it is", parameters: [] },
] as const satisfies readonly RecipeSignature[];

/** Every name that a recipe may use besides the language's own. */
export const recipeSignatures: readonly RecipeSignature[] = declared;

/** The names of one sort: who does something by them `switch`es over this union, and a forgotten one does not compile. */
export type RecipeName<Sort extends RecipeSignature["sort"]> = Extract<
  (typeof declared)[number],
  { readonly sort: Sort }
>["name"];

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
