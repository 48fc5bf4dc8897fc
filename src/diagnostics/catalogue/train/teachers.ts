import { entry } from "../../entry.js";
import { type ListedClasses, listLabels } from "../listed-labels.js";

const train = (recipe: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe ${recipe} --data faces` });

const sameNames = (a: ListedClasses, b: ListedClasses): boolean =>
  a.labels.toSorted().join() === b.labels.toSorted().join();

/** A teacher's classes, and the folds of cross-fitting. */
export const trainTeacherEntries = {
  "train/teacher-classes-unknown": entry<{ file: string; output: string; frozen: string }>({
    severity: "error",
    message: (h) =>
      `the classes of ${h.output} are unknown: neither the model nor the recipe names them, and ${h.file} has no labels`,
    help: (h) => `Write them in the order in which the teacher was trained, for example: ${h.frozen}`,
    explanation:
      "A teacher's answers are matched with the student's classes by name. Weight files that lferc wrote in training hold the names; PyTorch's do not. A teacher that was trained on folders usually has them in alphabetical order.",
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
      `${h.output}, with the weights ${h.file}, ${sameNames(h.left, h.right) ? "has its classes in another order" : "has other classes"}: ${h.left.of} has ${listLabels(h.left.labels)}, ${h.right.of} ${listLabels(h.right.labels)}`,
    help: (h) =>
      h.frozen === undefined
        ? h.right.of === "the recipe"
          ? "The labels in a file are those that its weights were trained for, in their order. Remove the recipe's `labels:`, or use another file."
          : "The labels in a file are those that its weights were trained for. Use another file, or give the student those names: folders are also found by their usual synonyms."
        : `If they mean the same, write the student's names in the teacher's order: ${h.frozen}`,
    explanation:
      "Classes are matched by name, and the names in a weight file are authoritative. If a model has them in another order, the file's order is used; other names are rejected. A recipe's `labels:` describe the same weights: if they differ from the file, one of the two is wrong.",
    bad: train("Taught"),
    good: train("RafDb"),
  }),

  "train/fold-without-class": entry<{ index: number; of: number; classes: readonly string[] }>({
    severity: "warning",
    message: (h) =>
      `part ${h.index} of ${h.of} has all the training pictures of ${h.classes.join(", ")}: its model never learns ${h.classes.length === 1 ? "the class" : "them"}`,
    help: () => "Add more pictures of it. If persons are kept together, another seed may help.",
    explanation: "Each model of a cross-fitting is trained on all parts but one, and answers for that one.",
    bad: {
      command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --set folds=2 --data one-picture-of-a-class",
    },
    good: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --set folds=2 --data faces" },
  }),

  "train/empty-fold": entry<{ of: number; pictures: number }>({
    severity: "error",
    message: (h) => `${h.pictures} training pictures are too few for ${h.of} parts: some have none`,
    help: () => "Use fewer parts (folds), or hold out by picture where there are fewer persons than parts.",
    explanation: "Each model of a cross-fitting is trained on some pictures and evaluated on others.",
    bad: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --set folds=50 --data few-faces" },
    good: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --set folds=2 --data faces" },
  }),
};
