import { entry } from "../../entry.js";

/** Tables of a run's predictions. */
export const answersEntries = {
  "data/bad-answers": entry<{ path: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the answers ${h.path}: line ${h.line}: ${h.reason}`,
    help: () => "Remove the file and finish the run with lferc train --resume, which writes the answers again.",
    explanation:
      "answers.csv has a line for each held-out picture: path,label,answer, then person,group where known, then a probability for each class.",
    bad: { command: "lferc eval runs/edited-answers" },
    good: { command: "lferc eval runs/first" },
  }),
};
