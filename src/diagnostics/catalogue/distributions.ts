import { entry } from "../entry.js";
import { listLabels } from "./recipe-classes.js";

const recipe = (loss: string): string => `lfer 1

import { cross_entropy, kl } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
  student   = M
  data      = folder(distributions: "distributions.csv")
  loss      = ${loss}
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: 1)
}
`;

const train = (rest: string) => ({
  command: `lferc train models/lfer_ldl.lfer --recipe RafDbDistilled ${rest}`.trimEnd(),
});
const good = train("--data RAF --set distributions=distributions.csv");

/** Tables of distributions, and losses that read them. */
export const distributionEntries = {
  "recipe/distributions-unread": entry({
    severity: "error",
    message: () => "the data's distributions are given, and the loss does not read `data.distribution`",
    help: () => "Read it: `kl(data.distribution, student.logits)`. Or leave `distributions` out.",
    explanation: "A table that nothing reads would change nothing, and whoever gave it would think that it did.",
    bad: recipe("cross_entropy(student.logits, data.label)"),
    good: recipe("cross_entropy(student.logits, data.label) + kl(data.distribution, student.logits)"),
  }),
  "train/no-distributions": entry<{ recipe: string }>({
    severity: "error",
    message: (h) =>
      `the loss of ${h.recipe} reads \`data.distribution\`, and the data have none but one class a picture`,
    help: () =>
      'Give a table of them: data = folder(distributions: "FILE.csv"), or the recipe\'s parameter for it by --set. `lferc distill RUN --data DIR -o FILE.csv` makes one of a trained model.',
    explanation:
      "Distributions come from a table, `path,CLASS,...`, or from data that have votes or probabilities themselves, as FER+ has.",
    bad: train("--data RAF"),
    good,
  }),
  "train/distributions-unreadable": entry<{ file: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the distributions ${h.file}: ${h.reason}`,
    help: () =>
      "A path in the recipe counts from the folder of the .lfer file, one that --set gives from the folder you stand in.",
    explanation: "Without its table a loss that reads `data.distribution` has nothing to compare with.",
    bad: train("--data RAF --set distributions=nowhere.csv"),
    good,
  }),
  "train/missing-distributions": entry<{ file: string; missing: number; all: number; named: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.file} has no distribution of ${h.missing} of ${h.all} pictures: ${h.named.join(", ")}${h.missing > h.named.length ? ", ..." : ""}`,
    help: () =>
      "Make the table of these very data: lferc distill RUN --data DIR -o FILE.csv. Paths are as the data set names them.",
    explanation: "A picture without a distribution would be trained on a made-up one, or be left out without a word.",
    bad: train("--data RAF --set distributions=of-other-pictures.csv"),
    good,
  }),
  "data/bad-distributions": entry<{ file: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `${h.file}, line ${h.line}: ${h.reason}`,
    help: () =>
      "The first line is path,CLASS,CLASS,... and each further one a picture's path below the data's folder and a share from 0 to 1 for each class, 1 together.",
    explanation: "A table of distributions is read whole and checked before training begins.",
    bad: train("--data RAF --set distributions=damaged.csv"),
    good,
  }),
  "data/distribution-classes": entry<{ file: string; classes: readonly string[]; labels: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.file} has the classes ${listLabels(h.classes)}, the model ${listLabels(h.labels)}`,
    help: () => "Name the columns as the model's labels, in any order: one column for each.",
    explanation: "Distributions are matched with the model by the names of the classes, never by their place.",
    bad: train("--data RAF --set distributions=of-other-classes.csv"),
    good,
  }),
};
