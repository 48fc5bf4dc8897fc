import { entry } from "../entry.js";

const good = { command: "lferc report runs/Faces-1" };

/** What keeps a run from being shown, or something of it. */
export const reportEntries = {
  "report/no-run": entry<{ path: string; reason: string; teacher?: string | undefined }>({
    severity: "error",
    message: (h) =>
      h.teacher === undefined
        ? `${h.path} cannot be shown as a run: its run.json: ${h.reason}`
        : `the run ${h.path} has not begun: its teacher is trained first, in ${h.teacher}`,
    help: (h) =>
      h.teacher === undefined
        ? "Name the folder that lferc train --out named, or that it said at its end."
        : `Name ${h.teacher} for the teacher, or wait until the student has an epoch.`,
    explanation:
      "run.json says which run a folder holds, of which recipe and data. Without it nothing can be told of the rest.",
    bad: { command: "lferc report pictures" },
    good,
  }),

  "report/left-out": entry<{ path: string; reason: string }>({
    severity: "warning",
    message: (h) => `${h.path} is left out of the report: ${h.reason}`,
    help: () =>
      "The rest is shown. Restore the file from a copy, or let the run go on: --resume writes its files anew.",
    explanation:
      "A report is made of the files of a run's folder, each of which may be damaged or of another version; one that cannot be read costs what is made of it and nothing else.",
    bad: { command: "lferc report runs/damaged" },
    good,
  }),

  "report/edited-run": entry<{ path: string }>({
    severity: "warning",
    message: (h) => `${h.path} is not what lferc wrote: its digest is another one`,
    help: () => "The report shows what stands there, and says so. Restore the file from a copy.",
    explanation: "run.json carries a digest of itself, so that nobody takes an edited record for what was trained.",
    bad: { command: "lferc report runs/edited" },
    good,
  }),
};
