import { entry } from "../../entry.js";

/** The answers of a run, as a table. */
export const answersEntries = {
  "data/bad-answers": entry<{ path: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the answers ${h.path}: line ${h.line}: ${h.reason}`,
    help: () =>
      "A run writes its answers anew where the file is missing: remove it, and let lferc train --resume finish the run.",
    explanation:
      "answers.csv has a line for each picture held out: path,label,answer, then person,group where they are known, then a probability for each class.",
    bad: { command: "lferc eval runs/edited-answers" },
    good: { command: "lferc eval runs/first" },
  }),
};
