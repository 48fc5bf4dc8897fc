import { entry } from "../../entry.js";
import { listLabels } from "../listed-labels.js";

const train = (rest: string) => ({
  command: `lferc train models/lfer_ldl.lfer --recipe RafDbDistilled ${rest}`.trimEnd(),
});
const good = train("--data RAF --set distributions=distributions.csv");

/** Tables of distributions, and losses that read them. */
export const distributionEntries = {
  "data/bad-distributions": entry<{ file: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `${h.file}, line ${h.line}: ${h.reason}`,
    help: () =>
      "The first line is path,CLASS,CLASS,... Each further line has a picture's path in the data folder and a share from 0 to 1 for each class; the shares add up to 1.",
    explanation: "A table of distributions is read whole and checked before training begins.",
    bad: train("--data RAF --set distributions=damaged.csv"),
    good,
  }),
  "data/distribution-classes": entry<{ file: string; classes: readonly string[]; labels: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.file} has the classes ${listLabels(h.classes)}, the model ${listLabels(h.labels)}`,
    help: () => "Name the columns after the model's labels, one column each, in any order.",
    explanation: "Distributions are matched with the model by class name, never by position.",
    bad: train("--data RAF --set distributions=of-other-classes.csv"),
    good,
  }),
};
