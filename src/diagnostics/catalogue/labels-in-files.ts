import { entry } from "../entry.js";
import { type ListedClasses, listLabels } from "./recipe-classes.js";

const train = (recipe: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe ${recipe} --data faces` });
const build = (file: string) => ({ command: `lferc build models/lfer_ldl.lfer -o model.onnx --weights ${file}` });

/** Labels that a weight file has, beside those of the network that takes the weights. */
export const labelsInFilesEntries = {
  "train/teacher-classes-unknown": entry<{ file: string; output: string; frozen: string }>({
    severity: "error",
    message: (h) =>
      `nobody says which classes ${h.output} has: neither the model nor the recipe names them, and ${h.file} holds no labels`,
    help: (h) => `Write them in the order in which the teacher was trained, for example: ${h.frozen}`,
    explanation:
      "A teacher's answers are matched with the student's classes by name. Files that lferc wrote from training hold the names; PyTorch's do not. A teacher that was trained on folders mostly has them in alphabetical order.",
    bad: train("Taught"),
    good: train("RafDb"),
  }),

  "train/teacher-classes-differ": entry<{
    file: string;
    output: string;
    left: ListedClasses;
    right: ListedClasses;
    frozen: string | undefined;
  }>({
    severity: "error",
    message: (h) =>
      `${h.output}, with the weights ${h.file}, is of other classes: ${h.left.of} has ${listLabels(h.left.labels)}, ${h.right.of} ${listLabels(h.right.labels)}`,
    help: (h) =>
      h.frozen === undefined
        ? "The labels in a file are those that its weights were trained for. Take another file, or give the student those names: folders are found by their usual words too."
        : `If they mean the same, write the student's names in the teacher's order: ${h.frozen}`,
    explanation:
      "Classes are matched by name, and the names in a file are the truth about its weights: another order is put right, other names are not guessed at.",
    bad: train("Taught"),
    good: train("RafDb"),
  }),

  "weights/labels-differ": entry<{
    file: string;
    output: string;
    given: readonly string[];
    wanted: readonly string[];
    head: string;
  }>({
    severity: "error",
    message: (h) =>
      `${h.file} was trained for other classes of ${h.output}: ${listLabels(h.given)}, where the model or the folders have ${listLabels(h.wanted)}`,
    help: (h) =>
      `For classes that are new, let the last layer begin afresh: --weights-map with the lines \`${h.head} ->\` and \`-> ${h.head}\`. If they mean the same, name the model's as the file does.`,
    explanation:
      "The labels in a weight file say what its last layer was trained to tell apart. Under other names every answer would be wrong.",
    bad: build("of-other-classes.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/labels-order": entry<{ file: string; output: string; given: readonly string[]; written: string }>({
    severity: "error",
    message: (h) =>
      `${h.file} has the classes of ${h.output} in another order, and the layers before that output cannot be put into the model's: ${listLabels(h.given)}`,
    help: (h) => `Write the model's in the file's order: output ${h.output}: ${h.written}`,
    explanation:
      "Where an output comes straight from a convolution or a linear layer, the rows of its weights are put into the model's order. What mixes several layers cannot be turned around in the same way.",
    bad: build("in-another-order.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/bad-labels": entry<{ file: string; key: string; expected: string }>({
    severity: "error",
    message: (h) => `${h.file}: the metadata's ${h.key} must be ${h.expected}`,
    help: () => "Write the file again with lferc, or remove the entry if the order of the classes is certain.",
    explanation: "A weight file of ours names the classes of each output, as a JSON list of strings.",
    bad: build("damaged.safetensors"),
    good: build("best.safetensors"),
  }),
} as const;
