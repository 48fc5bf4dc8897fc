import { entry } from "../entry.js";
import { type NewerFile, newerFile, whyNewerIsRefused } from "./newer-file.js";

const good = { command: "lferc stats models/lfer_ldl.lfer --against base.json" };

export const statsEntries = {
  "stats/unreadable-record": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} cannot be read: ${h.reason}`,
    help: () =>
      "Give --against a file that `lferc stats --format json` wrote, an .lfer file, or a folder with such files. A commit of git is written to a file first: `git show main:net.lfer > net.old.lfer`.",
    explanation:
      "`--against` compares models with an earlier state: an older source, or an older record of its figures.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --against no-such-file.json" },
    good,
  }),
  "stats/not-a-record": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} is not what \`lferc stats --format json\` writes: ${h.reason}`,
    help: () =>
      "Write it again: `lferc stats models --format json > base.json`. Only files whose names end in .lfer are sources.",
    explanation:
      "Every field is checked before anything is compared: an incomplete record would give an incomplete comparison.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --against package.json" },
    good,
  }),
  "stats/newer-record": entry<NewerFile>({
    severity: "error",
    message: newerFile,
    help: () => "Use that newer lferc, or write the record again with this one.",
    explanation: whyNewerIsRefused,
    bad: { command: "lferc stats models/lfer_ldl.lfer --against from-a-newer-lferc.json" },
    good,
  }),
  "stats/same-name-twice": entry<{ path: string; model: string }>({
    severity: "error",
    message: (h) => `${h.path} has more than one model called "${h.model}"`,
    help: () => "Models are compared by their names: compare file by file, or give one of them another name.",
    explanation: "With two models of one name it is unclear which of them changed.",
    bad: { command: "lferc stats models --against two-of-a-name" },
    good,
  }),
} as const;
