import { entry } from "../../entry.js";
import { writeFailure } from "../../file-failures.js";

const train = (rest: string) => ({ command: `lferc train models/lfer_ldl.lfer ${rest}`.trimEnd() });
const good = train("--recipe CrossEntropy --data faces");

/** What keeps a recipe from being run, or ends a run. */
export const trainEntries = {
  "train/no-data": entry<{ recipe: string }>({
    severity: "error",
    message: (h) => `where the pictures of recipe ${h.recipe} are is not said`,
    help: () => "Say --data DIR (a folder of pictures for each class), or --data generated to try it on drawn faces.",
    explanation: 'A recipe may name its folder, data = folder(path: "faces"), or leave it to the command line.',
    bad: train("--recipe CrossEntropy"),
    good,
  }),

  "train/no-picture-input": entry<{ model: string; inputs: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.model} cannot be fed with pictures: its inputs are ${h.inputs.join(", ")}, where one float32[N, 3, H, W] = picture(...) is needed`,
    help: () => "Say how pixels become numbers: input image: float32[N, 3, 64, 64] = picture(mean: [...], std: [...]).",
    explanation: "Training, prediction and the built file all take mean and deviation from that one place.",
    bad: train("--recipe NoPicture --data generated"),
    good,
  }),

  "train/too-few-pictures": entry<{ pictures: number; batch: number }>({
    severity: "error",
    message: (h) => `${h.pictures} training pictures do not fill one batch of ${h.batch}`,
    help: () => 'Make the batch smaller, or say last_batch: "keep" in the recipe.',
    explanation: 'With last_batch: "drop" only full batches are trained on.',
    bad: train("--recipe CrossEntropy --data generated --limit 10"),
    good,
  }),

  "train/no-good-pictures": entry<{ data: string; broken: number; all: number }>({
    severity: "error",
    message: (h) =>
      `${h.data}: of ${h.all} pictures ${h.broken} cannot be read, and none is left to train on or to judge by`,
    help: () => "The messages above say what is wrong with them.",
    explanation: "A broken picture is named and left out; only when nothing remains is there nothing to train.",
    bad: train("--recipe CrossEntropy --data broken-pictures"),
    good,
  }),

  "train/teacher-unreadable": entry<{ file: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the teacher's weights ${h.file}: ${h.reason}`,
    help: () =>
      "A path in the recipe counts from the folder of the .lfer file, one that --set gives from the folder you stand in; a run's folder stands for its best weights. Train the teacher first, or let its recipe do it: trained_by.",
    explanation:
      "A frozen teacher looks at every training picture; without its weights there is nothing to learn from.",
    bad: train("--recipe RafDb --data generated"),
    good,
  }),

  "train/not-finite": entry<{
    what: string;
    epoch: number;
    step: number;
    lr: number;
    /** Files with good weights, and of which epochs they are. */
    kept: Readonly<Record<"last" | "best", { readonly path: string; readonly epoch: number }>> | undefined;
  }>({
    severity: "error",
    message: (h) =>
      `${h.what} is no finite number after epoch ${h.epoch}, step ${h.step}, at a rate of ${Number(h.lr.toPrecision(3))}: training has stopped`,
    help: (h) =>
      h.kept === undefined
        ? "No epoch has ended, so there is nothing to keep. Usually the rate is too high: begin a new run with a smaller lr, some warmup_epochs, or clip_norm."
        : `${h.kept.last.path} has the weights of epoch ${h.kept.last.epoch}, ${h.kept.best.path} the best, of epoch ${h.kept.best.epoch}. Usually the rate is too high: go on from them in a new run, --weights ${h.kept.last.path}, with a smaller lr, some warmup_epochs, or clip_norm.`,
    explanation:
      "Once a number has overflowed, everything computed from it is lost; going on would only overwrite good weights. --resume would come to the same place, for a run repeats exactly.",
    bad: train("--recipe TooFast --data generated"),
    good,
  }),

  "train/run-exists": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is not empty`,
    help: () => "Name another folder with --out, or go on with the run that is there: --resume.",
    explanation: "A run's weights took long to get; no run is written over another.",
    bad: train("--recipe CrossEntropy --data faces --out runs/old"),
    good,
  }),

  "train/run-in-use": entry<{
    path: string;
    owner: { readonly pid: number; readonly host: string; readonly since: string } | undefined;
    lock: string;
  }>({
    severity: "error",
    message: (h) =>
      h.owner === undefined
        ? `another process has ${h.path}, and does not say which it is`
        : `process ${h.owner.pid} on ${h.owner.host} trains in ${h.path} since ${h.owner.since}`,
    help: (h) =>
      `Name another folder with --out, or wait until it has ended. Remove ${h.lock} there only if you know that it does not run any more.`,
    explanation:
      "Two runs in one folder would leave the weights of one beside the record of the other. The lock of a process that was killed is taken over without being asked; of one on another machine, or in another container, a quarter of an hour after it was last heard of.",
    bad: train("--recipe CrossEntropy --data faces --out runs/now-running --resume"),
    good,
  }),

  "train/run-lost": entry<{ path: string; lock: string }>({
    severity: "error",
    message: (h) => `${h.path} is no longer this run's: its ${h.lock} is gone, or another process's`,
    help: () => "What was written before is whole. Go on with --resume when no other process trains there.",
    explanation: "A run writes nothing once its folder was removed, or somebody else has taken it.",
    bad: train("--recipe CrossEntropy --data faces --out runs/removed-meanwhile"),
    good,
  }),

  "train/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: () => "Look at the folder's permissions and the space that is left. What was written before is whole.",
    explanation: "A run writes its weights and figures after each epoch; where that fails it stops.",
    bad: train("--recipe CrossEntropy --data faces --out /proc/run"),
    good,
  }),

  "train/bad-checkpoint": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot go on with ${h.path}: ${h.reason}`,
    help: () => "Restore the run's folder from a copy, or start a new run.",
    explanation: "A run goes on from exactly the state that was written, or not at all.",
    bad: train("--recipe CrossEntropy --data faces --out runs/damaged --resume"),
    good,
  }),

  "train/another-run": entry<{ path: string; field: string; values: readonly [string, string] }>({
    severity: "error",
    message: (h) =>
      `the run in ${h.path} was begun as another one: its ${h.field} is ${h.values[0]}, this command's is ${h.values[1]}`,
    help: (h) =>
      h.field === "epochs"
        ? `Say --epochs ${h.values[0]} to keep its length, or --epochs with another one to change it.`
        : "Give it what it was begun with (run.json says what). Or start a new run: another --out.",
    explanation:
      "Going on with something else would end in weights that no recipe describes. Only the length may change, by --epochs, and what runs the steps: --engine, --threads, the versions.",
    bad: train("--recipe CrossEntropy --data faces --out runs/other --resume --seed 1"),
    good,
  }),

  "train/edited-run": entry<{
    path: string;
    other: string;
    difference: { readonly field: string; readonly values: readonly [string, string] } | undefined;
  }>({
    severity: "error",
    message: (h) =>
      h.difference === undefined
        ? `${h.path} was changed after it was written: its digest does not fit what is in it`
        : `${h.path} was changed after it was written: its ${h.difference.field} is ${h.difference.values[0]}, that of ${h.other} ${h.difference.values[1]}`,
    help: () => "Put back what was there, or start a new run: another --out.",
    explanation:
      "run.json says what a run is, and state.json where it stands; each carries a digest of itself. Whoever changes them does not change what was trained.",
    bad: train("--recipe CrossEntropy --data faces --out runs/edited --resume"),
    good,
  }),

  "train/state-of-another-run": entry<{
    path: string;
    other: string;
    field: string;
    values: readonly [string, string];
  }>({
    severity: "error",
    message: (h) =>
      `${h.path} belongs to another run than ${h.other}: its ${h.field} is ${h.values[0]}, where that has ${h.values[1]}`,
    help: () => "Copy a run's folder whole, or not at all.",
    explanation:
      "Each run has an id of its own, so that two which were begun alike are told apart: their lengths, and with them their rates, may differ.",
    bad: train("--recipe CrossEntropy --data faces --out runs/mixed --resume"),
    good,
  }),
};
