import { entry } from "../../entry.js";

const train = (rest: string) => ({
  command: `lferc train models/lfer_ldl.lfer --recipe RafDbDistilled ${rest}`.trimEnd(),
});
const good = train("--data RAF --set distributions=distributions.csv");

/** Tables of distributions for a loss. */
export const trainDistributionEntries = {
  "train/no-distributions": entry<{ recipe: string }>({
    severity: "error",
    message: (h) => `the loss of ${h.recipe} reads \`data.distribution\`, but the data have only one class per picture`,
    help: () =>
      'Give a table of them: data = folder(distributions: "FILE.csv"), or set the recipe\'s parameter for it with --set. `lferc distill RUN --data DIR -o FILE.csv` makes one from a trained model.',
    explanation:
      "Distributions come from a table, `path,CLASS,...`, or from data with votes or probabilities, such as FER+.",
    bad: train("--data RAF"),
    good,
  }),

  "train/distributions-unreadable": entry<{ file: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the distributions ${h.file}: ${h.reason}`,
    help: () =>
      "A path in the recipe is relative to the folder of the .lfer file, a path from --set to the current folder.",
    explanation: "Without its table a loss that reads `data.distribution` has nothing to compare with.",
    bad: train("--data RAF --set distributions=nowhere.csv"),
    good,
  }),

  "train/missing-distributions": entry<{ file: string; missing: number; all: number; named: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.file} has no distribution for ${h.missing} of ${h.all} pictures: ${h.named.join(", ")}${h.missing > h.named.length ? ", ..." : ""}`,
    help: () =>
      "Make the table from the same data: lferc distill RUN --data DIR -o FILE.csv. Paths are as the data set names them.",
    explanation: "A picture without a distribution would be trained on an invented one, or be left out silently.",
    bad: train("--data RAF --set distributions=of-other-pictures.csv"),
    good,
  }),
};
