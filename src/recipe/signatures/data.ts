/** Data sets, as a recipe writes them. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

/** The root of the count: between the pictures as they are and each class alike. */
export const usualSamplerPower = 0.5;

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
  options: ["shuffled", "balanced", "power"],
  doc: "in which order training pictures come; balanced: each class as often; power: by a power of its count",
};
const power: RecipeParameter = {
  name: "sampler_power",
  type: "float",
  min: 0,
  max: 1,
  default: usualSamplerPower,
  doc: 'of sampler: "power"; 1 takes pictures as they are, 0.5 classes by the root of their count, 0 each alike',
};
const broken: RecipeParameter = {
  name: "broken",
  type: "float",
  default: 0.05,
  min: 0,
  max: 1,
  doc: "largest share of pictures that may be broken (rounded up); they are left out, more are an error",
};
const folder: RecipeParameter = { name: "path", type: "string", default: "", doc: "folder; --data says it otherwise" };

export const dataSignatures = [
  {
    name: "raf_db",
    sort: "data",
    doc: "RAF-DB's layout: Image/aligned, EmoLabel/list_patition_label.txt",
    parameters: [
      folder,
      augment,
      sampler,
      power,
      broken,
      { name: "list", type: "string", default: "list_patition_label.txt", doc: "label list in EmoLabel" },
      { name: "validation", type: "string", default: "", doc: "list of training pictures held out" },
    ],
  },
  {
    name: "affectnet",
    sort: "data",
    doc: "AffectNet, CSV release or folders of annotations; classes are the model's",
    parameters: [folder, augment, sampler, power, broken],
  },
  {
    name: "ferplus",
    sort: "data",
    doc: "FER2013 pictures with FER+ votes as label distributions",
    parameters: [folder, augment, sampler, power, broken],
  },
  { name: "fer2013", sort: "data", doc: "fer2013.csv", parameters: [folder, augment, sampler, power, broken] },
  {
    name: "folder",
    sort: "data",
    doc: "a folder per class below each split",
    parameters: [folder, augment, sampler, power, broken],
  },
  {
    name: "csv",
    sort: "data",
    doc: "a table of path, label[, split] or path and one probability a class",
    parameters: [
      folder,
      augment,
      sampler,
      power,
      broken,
      { name: "list", type: "string", default: "labels.csv", doc: "the table" },
    ],
  },
] as const satisfies readonly RecipeSignature[];
