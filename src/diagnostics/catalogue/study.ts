import { entry } from "../entry.js";
import { writeFailure } from "../file-failures.js";

const sweep = (rest: string) => ({
  command: `lferc sweep models/lfer_ldl.lfer --recipe CrossEntropy --data faces ${rest}`,
});
const good = sweep("--over lr=0.1,0.01 -o sweeps/lr");
const ablate = (rows: string) => ({
  command: `lferc ablate models/lfer_ldl.lfer --rows ${rows} --data faces -o ablation`,
});

/** Problems of a study: several runs that are compared. */
export const studyEntries = {
  "study/bad-over": entry<{ text: string; reason: string }>({
    severity: "error",
    message: (h) => `--over ${h.text}: ${h.reason}`,
    help: () =>
      "Write NAME=FROM..TO:STEP (beta=0..1:0.1) or NAME=VALUE,VALUE (lr=0.1,0.01); several --over make a grid.",
    explanation: "Each value of a sweep is one run per seed, so the values must be explicit.",
    bad: sweep("--over lr=0..1 -o sweeps/lr"),
    good,
  }),

  "study/bad-rows": entry<{ text: string; reason: string }>({
    severity: "error",
    message: (h) => `--rows ${h.text}: ${h.reason}`,
    help: () => "Write MODEL:RECIPE,MODEL:RECIPE: models or variants of the file, each with the recipe that trains it.",
    explanation: "A row of an ablation is a network and the recipe that trains it.",
    bad: ablate("lfer_ldl"),
    good: ablate("lfer_baseline:CrossEntropy,lfer_ldl:CrossEntropy"),
  }),

  "study/other-student": entry<{ model: string; base: string; recipe: string; student: string }>({
    severity: "error",
    message: (h) =>
      `${h.recipe} trains ${h.student}, and ${h.model} is ${h.base === h.model ? "another model" : `a variant of ${h.base}`}`,
    help: (h) => `Name a recipe whose student is ${h.base}, or a variant of ${h.student}.`,
    explanation: "A row's network is the recipe's student with the variant's arguments: both must be of one model.",
    bad: ablate("resnet50:CrossEntropy"),
    good: ablate("lfer_baseline:CrossEntropy,lfer_ldl:CrossEntropy"),
  }),

  "study/exists": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is not empty`,
    help: () => "Name another folder with -o, or continue with --resume, which keeps finished runs.",
    explanation: "Runs take long: none is overwritten, and none is reused unless you ask for it.",
    bad: sweep("--over lr=0.1,0.01 -o sweeps/old"),
    good: sweep("--over lr=0.1,0.01 -o sweeps/old --resume"),
  }),

  "study/other-source": entry<{ path: string; run: string }>({
    severity: "error",
    message: (h) => `${h.run} was trained from another version of ${h.path}`,
    help: () => "Restore the old text, or name another folder with -o: figures of two versions cannot be compared.",
    explanation: "Runs of one study differ only in what the study varies.",
    bad: sweep("--over lr=0.1,0.01 -o sweeps/of-last-week --resume"),
    good,
  }),

  "study/mixed-runs": entry<{ path: string; what: string; values: readonly string[] }>({
    severity: "warning",
    message: (h) => `${h.path}: its finished runs differ in ${h.what}: ${h.values.slice(0, 4).join(", ")}`,
    help: () =>
      "In one table their figures are not a fair comparison. Train those that differ again, in another folder.",
    explanation: "Runs of one study differ only in what the study varies.",
    bad: sweep("--over lr=0.1,0.01 -o sweeps/lr --limit 500 --resume"),
    good,
  }),

  "study/run-failed": entry<{ run: string; code: number | null; said: string; log: string }>({
    severity: "error",
    message: (h) => `the run ${h.run} failed (${h.code === null ? "killed" : `exit code ${h.code}`}): ${h.said}`,
    help: (h) => `Its whole output is in ${h.log}. The others went on; --resume tries it again.`,
    explanation: "A run that fails does not stop the others; the study ends with exit code 1.",
    bad: sweep("--over lr=1e30 -o sweeps/lr"),
    good,
  }),

  "study/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: () =>
      "The runs themselves are complete: once this is fixed, the same command with --resume writes the tables.",
    explanation: "Tables and plots are made from the runs, and can be made again.",
    bad: sweep("--over lr=0.1,0.01 -o /proc/study"),
    good,
  }),
};
