import { entry } from "../entry.js";

const distill = (rest: string) => ({ command: `lferc distill ${rest}` });
const good = distill("runs/teacher --data RAF -o distributions.csv");

/** What keeps a run from telling a data set's distributions. */
export const distillEntries = {
  "distill/no-run": entry<{ run: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.run} is no run that can be asked: ${h.reason}`,
    help: () => "Name the folder that `lferc train --out` wrote: with run.json, model.lfer and best.safetensors in it.",
    explanation:
      "The run's recipe says which network it is and how the data are read, its best weights what it has learnt; of a cross-fitting each part's run has both, and the list of the pictures that it never saw.",
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
      `${h.run} was trained on other pictures: of the ${h.all} that its parts divide, ${h.missing} are not in ${h.data}, such as ${h.named.join(", ")}`,
    help: () => "Name the data that it was trained on with --data, and as they were then.",
    explanation:
      "Which model never saw a picture is known by the picture's name. Where names do not fit, a model would be asked about what it has learnt by heart.",
    bad: distill("runs/cross-fitted --data other-faces -o distributions.csv"),
    good,
  }),
  "distill/not-finite": entry<{ key: string }>({
    severity: "error",
    message: (h) => `the network's answer to ${h.key} is no finite number`,
    help: () => "Its training has gone wrong: train again at a smaller rate.",
    explanation: "A distribution that is none would end in a loss that is none.",
    bad: distill("runs/diverged --data RAF -o distributions.csv"),
    good,
  }),
  "distill/class-without-pictures": entry<{ classes: readonly string[] }>({
    severity: "error",
    message: (h) => `no training picture shows ${h.classes.join(", ")}: there is no mean distribution of it`,
    help: () => "Leave out --by-class, or the pictures of such a class.",
    explanation: "With --by-class every picture gets the mean over its class's training pictures.",
    bad: distill("runs/teacher --data without-fear -o distributions.csv --by-class"),
    good,
  }),
};
