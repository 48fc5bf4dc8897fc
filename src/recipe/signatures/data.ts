/** Data sets, as a recipe writes them. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

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
const distributions: RecipeParameter = {
  name: "distributions",
  type: "string",
  default: "",
  doc: "table of `path` and a share for each class, by name: what a loss reads as `data.distribution`",
};

export const dataSignatures = [
  {
    name: "raf_db",
    sort: "data",
    doc: "RAF-DB's layout: Image/aligned, EmoLabel/list_patition_label.txt",
    parameters: [
      folder,
      augment,
      sampler,
      distributions,
      { name: "list", type: "string", default: "list_patition_label.txt", doc: "label list in EmoLabel" },
      { name: "validation", type: "string", default: "", doc: "list of training pictures held out" },
    ],
  },
  {
    name: "affectnet",
    sort: "data",
    doc: "AffectNet, CSV release or folders of annotations; classes are the model's",
    parameters: [folder, augment, sampler, distributions],
  },
  {
    name: "ferplus",
    sort: "data",
    doc: "FER2013 pictures with FER+ votes as label distributions",
    parameters: [folder, augment, sampler, distributions],
  },
  { name: "fer2013", sort: "data", doc: "fer2013.csv", parameters: [folder, augment, sampler, distributions] },
  {
    name: "folder",
    sort: "data",
    doc: "a folder per class below each split",
    parameters: [folder, augment, sampler, distributions],
  },
  {
    name: "csv",
    sort: "data",
    doc: "a table of path, label[, split] or path and one probability a class",
    parameters: [
      folder,
      augment,
      sampler,
      distributions,
      { name: "list", type: "string", default: "labels.csv", doc: "the table" },
    ],
  },
] as const satisfies readonly RecipeSignature[];
