import { entry } from "../../entry.js";

const train = (rest: string) => ({
  command: `lferc train models/lfer_ldl.lfer --recipe RafDbDistilled ${rest}`.trimEnd(),
});
const good = train("--data RAF --set distributions=distributions.csv");

/** Tables of distributions that a loss reads. */
export const trainDistributionEntries = {
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
};
