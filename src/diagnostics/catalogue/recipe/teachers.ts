import { didYouMean, entry } from "../../entry.js";

/** A recipe with this frozen teacher, and one that trains it. */
const taught = (teacher: string, folds = 1): string => `lfer 1

import { cross_entropy, kl } from "std/losses"

model M(width: int = 4, mean: [float] = [0.5, 0.5, 0.5]) {
  input image: float32[N, 3, 8, 8] = picture(mean: mean, std: [0.25, 0.25, 0.25])
  logits = image -> conv(width) -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}

variant large = M(width: 8)

recipe Teach(folds: int = ${folds}) {
  student   = large
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: 1, folds: folds)
}

recipe Train {
  student   = M
  teacher   = ${teacher}
  data      = folder()
  loss      = kl(softmax(teacher.logits), student.logits)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: 1)
}
`;

const good = taught('frozen(large, weights: "teacher.safetensors", trained_by: Teach)');

/** The origin of a teacher's weights. */
export const teacherEntries = {
  "recipe/no-teacher-recipe": entry<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.name === "this" ? h.name : `"${h.name}"`} is not a recipe.${didYouMean(h.suggestion)}`,
    help: (h) =>
      `\`trained_by\` names the recipe that trains the teacher: ${h.known.length === 0 ? "one of this file, or one that it imports" : h.known.join(", ")}.`,
    explanation: "Where there is no weight file, `train` runs that recipe first and takes its best weights.",
    bad: taught('frozen(large, weights: "teacher.safetensors", trained_by: Teech)'),
    good,
  }),
  "recipe/teachers-in-a-circle": entry<{ circle: readonly string[] }>({
    severity: "error",
    message: (h) => `these recipes train each other's teachers: ${h.circle.join(" -> ")}`,
    help: () => "One of them must do without a teacher, or take it from a file: leave its `trained_by` out.",
    explanation: "Each waits for the other's weights, so none could begin.",
    bad: taught('frozen(large, weights: "teacher.safetensors", trained_by: Train)'),
    good,
  }),
  "recipe/teacher-of-another-kind": entry<{ recipe: string; what: string; trained: string; frozen: string }>({
    severity: "error",
    message: (h) =>
      `${h.recipe} does not train the teacher that is frozen here: ${h.what} is ${h.trained}, here ${h.frozen}`,
    help: (h) => `Freeze the model that ${h.recipe} has as its student, with the same arguments.`,
    explanation:
      "Weights fit only the network that they were trained in, and the mean and deviation that its pictures were normalised with.",
    bad: taught('frozen(M(width: 4), weights: "teacher.safetensors", trained_by: Teach)'),
    good,
  }),
  "recipe/teacher-of-folds": entry<{ recipe: string; folds: number }>({
    severity: "error",
    message: (h) => `${h.recipe} trains ${h.folds} models on parts of the pictures: none of them is the teacher`,
    help: () =>
      "Train it on its own and make a table of its models' answers: `lferc distill RUN --data DIR -o FILE.csv`; a loss reads it as `data.distribution`. Or use a single run: folds: 1.",
    explanation:
      "A frozen teacher is one network. With several, each picture must be predicted by the network that was not trained on it; a table stores these predictions.",
    bad: taught('frozen(large, weights: "teacher.safetensors", trained_by: Teach)', 2),
    good,
  }),
};
