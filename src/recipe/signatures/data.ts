/** The data sets of a recipe. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

/** The square root of the count: between the original frequencies and equal ones. */
export const usualSamplerPower = 0.5;

const augment = {
  name: "augment",
  type: { things: "augmentation" },
  default: [],
  doc: "augmentations of each training picture, in order",
} as const satisfies RecipeParameter;
const sampler = {
  name: "sampler",
  type: "string",
  default: "shuffled",
  options: ["shuffled", "balanced", "power"],
  doc: "sampling of training pictures; balanced: all classes equally often; power: by a power of each count",
} as const satisfies RecipeParameter;
const power = {
  name: "sampler_power",
  type: "float",
  min: 0,
  max: 1,
  default: usualSamplerPower,
  doc: 'of sampler: "power"; 1: in proportion to each count, 0.5: to its square root, 0: all classes equally',
} as const satisfies RecipeParameter;
/** The default share of broken pictures: real copies of data sets have far less than a percent. */
export const usualBroken = 0.05;

const broken = {
  name: "broken",
  type: "float",
  default: usualBroken,
  min: 0,
  max: 1,
  doc: "largest share of broken pictures to skip (rounded up); more are an error",
} as const satisfies RecipeParameter;
const folder = {
  name: "path",
  type: "string",
  default: "",
  doc: "folder; --data overrides it",
} as const satisfies RecipeParameter;
const distributions = {
  name: "distributions",
  type: "string",
  default: "",
  doc: "table of `path` and a share for each class, by name; a loss reads it as `data.distribution`",
} as const satisfies RecipeParameter;

/** Parameters of every data set. */
const usual = [
  folder,
  augment,
  sampler,
  power,
  broken,
  distributions,
  {
    name: "leave_out",
    type: { listOf: "string" },
    default: [],
    doc: "classes of the data to leave out",
  },
  {
    name: "merge",
    type: { listOf: "string" },
    default: [],
    doc: 'classes that count as others: ["contempt -> anger"]',
  },
  {
    name: "held_out",
    type: "float",
    default: 0,
    min: 0,
    max: 0.9,
    doc: "share of the training pictures to hold out for evaluation; 0: the data's own part, else a fifth",
  },
  {
    name: "hold_out",
    type: "string",
    default: "by picture",
    options: ["by picture", "by person"],
    doc: "by person: no person is on both sides",
  },
  {
    name: "person",
    type: "string",
    default: "",
    doc: 'pattern of the person in a picture\'s name: "{person}_*"; else a column',
  },
  { name: "group", type: "string", default: "", doc: 'the same for its group: "*_{group}.*"' },
] as const satisfies readonly RecipeParameter[];

export const dataSignatures = [
  {
    name: "raf_db",
    sort: "data",
    doc: "RAF-DB's layout: Image/aligned, EmoLabel/list_patition_label.txt; or folders 1 to 7",
    parameters: [
      ...usual,
      { name: "list", type: "string", default: "list_patition_label.txt", doc: "label list in EmoLabel" },
      { name: "validation", type: "string", default: "", doc: "list of training pictures to hold out" },
      {
        name: "pictures",
        type: "string",
        default: "aligned",
        options: ["aligned", "original"],
        doc: "aligned faces, or whole pictures",
      },
    ],
  },
  {
    name: "affectnet",
    sort: "data",
    doc: "AffectNet, CSV release or folders of annotations",
    parameters: [
      ...usual,
      {
        name: "align",
        type: "string",
        default: "none",
        options: ["none", "box", "five_points"],
        doc: "how the face is cut out: not at all, by its box, or aligned by eyes, nose and mouth",
      },
    ],
  },
  {
    name: "ferplus",
    sort: "data",
    doc: "FER2013 pictures with FER+ votes",
    parameters: [
      ...usual,
      {
        name: "labels",
        type: "string",
        default: "distribution",
        options: ["distribution", "majority"],
        doc: "the votes as shares, or the class with more than half of the votes",
      },
      {
        name: "single_votes",
        type: "string",
        default: "drop",
        options: ["drop", "keep"],
        doc: "drop or keep a class with a single vote",
      },
    ],
  },
  {
    name: "fer2013",
    sort: "data",
    doc: "fer2013.csv: pixels and one of seven classes",
    parameters: [...usual, { name: "list", type: "string", default: "fer2013.csv", doc: "the table" }],
  },
  { name: "folder", sort: "data", doc: "one folder per class in each split", parameters: usual },
  {
    name: "csv",
    sort: "data",
    doc: "a table of path, label[, split, person, group], or path and one share per class",
    parameters: [
      ...usual,
      {
        name: "list",
        type: "string",
        default: "labels.csv",
        doc: "the table, in the folder or next to the .lfer file",
      },
      { name: "label", type: "string", default: "label", doc: "the column of class names" },
    ],
  },
] as const satisfies readonly RecipeSignature[];
