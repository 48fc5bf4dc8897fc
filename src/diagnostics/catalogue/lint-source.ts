import { entry } from "../entry.js";
import { inModel } from "./example.js";

/** What the text shows without looking at the graph. */
export const lintSourceEntries = {
  "lint/unused-binding": entry<{ name: string }>({
    severity: "warning",
    message: (h) => `nothing uses "${h.name}"`,
    help: () =>
      "Delete it, use it, or begin its name with `_` if it is meant to stay. It costs nothing: no node is made for it.",
    explanation: "A layer that nothing reads is most often a forgotten connection.",
    bad: inModel(`side = image -> conv(8)
      logits = image -> conv(4) -> flatten`),
    good: inModel(`_side = image -> conv(8)
      logits = image -> conv(4) -> flatten`),
  }),
  "lint/duplicate-label": entry<{ label: string }>({
    severity: "warning",
    message: (h) => `two classes are called "${h.label}"`,
    help: () => "Give each class a name of its own, as far as somebody who reads the answer has to tell them apart.",
    explanation: "A prediction is read by its labels. Some well-known lists do have the same name twice.",
    bad: inModel("logits = image -> global_avg_pool -> flatten -> linear(2)").replace(
      "output logits",
      'output logits: labels(["crane", "crane"])',
    ),
    good: inModel("logits = image -> global_avg_pool -> flatten -> linear(2)").replace(
      "output logits",
      'output logits: labels(["crane (bird)", "crane (machine)"])',
    ),
  }),
  "lint/unused-import": entry<{ name: string }>({
    severity: "warning",
    message: (h) => `nothing uses the imported "${h.name}"`,
    help: () => "Delete it from the import.",
    explanation: "Imports say what a file builds on; surplus ones mislead.",
    bad: inModel(`logits = image -> conv(4) -> flatten`, `import { Unit } from "std/shufflenet"`),
    good: inModel(`logits = image -> conv(8) -> Unit(8) -> flatten`, `import { Unit } from "std/shufflenet"`),
  }),
} as const;
