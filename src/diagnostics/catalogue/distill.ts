import { entry } from "../entry.js";

const distill = (rest: string) => ({ command: `lferc distill ${rest}` });
const good = distill("runs/teacher --data RAF -o distributions.csv");

/** Problems of `lferc distill`. */
export const distillEntries = {
  "distill/no-run": entry<{ run: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot distil from ${h.run}: ${h.reason}`,
    help: () => "Name the folder that `lferc train --out` wrote: it has run.json, model.lfer and best.safetensors.",
    explanation:
      "The run's recipe defines the network and how the data are read; its best weights are the trained network. In cross-fitting, each fold's run has both, and the list of its held-out pictures.",
    bad: distill("pictures --data RAF -o distributions.csv"),
    good,
  }),
  "distill/other-pictures": entry<{
    run: string;
    data: string;
    missing: number;
    all: number;
    named: readonly string[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.run} was trained on other pictures: ${h.missing} of the ${h.all} in its folds are not in ${h.data}, such as ${h.named.join(", ")}`,
    help: () => "Pass the data that it was trained on with --data, unchanged since then.",
    explanation:
      "Each picture is predicted by the model that was not trained on it, which is found by the picture's name. If names do not match, a model could predict its own training pictures.",
    bad: distill("runs/cross-fitted --data other-faces -o distributions.csv"),
    good,
  }),
  "distill/not-finite": entry<{ key: string }>({
    severity: "error",
    message: (h) => `the network's answer to ${h.key} is not finite`,
    help: () => "Its training diverged: train again with a smaller learning rate.",
    explanation: "A distribution that is not finite would give a loss that is not finite.",
    bad: distill("runs/diverged --data RAF -o distributions.csv"),
    good,
  }),
  "distill/class-without-pictures": entry<{ classes: readonly string[] }>({
    severity: "error",
    message: (h) => `no training picture shows ${h.classes.join(", ")}: it has no mean distribution`,
    help: () => "Drop --by-class, or leave out the pictures of such a class.",
    explanation: "With --by-class every picture gets the mean over its class's training pictures.",
    bad: distill("runs/teacher --data without-fear -o distributions.csv --by-class"),
    good,
  }),
};
