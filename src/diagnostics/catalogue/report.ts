import { entry } from "../entry.js";
import { type NoRun, noRun, runToName } from "./no-run.js";

const good = { command: "lferc report runs/Faces-1" };

/** Problems of a run's report. */
export const reportEntries = {
  "report/no-run": entry<NoRun & { readonly reason: string }>({
    severity: "error",
    message: (h) => noRun(h, `run.json: ${h.reason}`),
    help: (h) => runToName(h),
    explanation:
      "run.json says which run a folder holds, with its recipe and data. Without it the other files have no meaning.",
    bad: { command: "lferc report pictures" },
    good,
  }),

  "report/left-out": entry<{ path: string; reason: string }>({
    severity: "warning",
    message: (h) => `${h.path} is left out of the report: ${h.reason}`,
    help: () => "The rest is shown. Restore the file from a copy, or resume the run: --resume writes its files again.",
    explanation:
      "A report is made from the files of a run's folder, each of which may be damaged or of another version. If one cannot be read, only its part of the report is missing.",
    bad: { command: "lferc report runs/damaged" },
    good,
  }),

  "report/edited-run": entry<{ path: string }>({
    severity: "warning",
    message: (h) => `${h.path} was changed after lferc wrote it: its digest does not match`,
    help: () => "The report shows the changed record, and says so. Restore the file from a copy.",
    explanation: "run.json carries a digest of itself, so that an edited record is not taken for what was trained.",
    bad: { command: "lferc report runs/edited" },
    good,
  }),
};
