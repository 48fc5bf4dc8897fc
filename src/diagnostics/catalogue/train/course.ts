import { entry } from "../../entry.js";
import { writeFailure } from "../../file-failures.js";

const train = (rest: string) => ({ command: `lferc train models/lfer_ldl.lfer ${rest}`.trimEnd() });
const good = train("--recipe CrossEntropy --data faces");

/** Problems that prevent or end a training run. */
export const trainEntries = {
  "train/no-data": entry<{ recipe: string }>({
    severity: "error",
    message: (h) => `recipe ${h.recipe} does not say where its pictures are`,
    help: () =>
      "Use --data DIR (a folder of pictures for each class), or --data generated to try it on generated faces.",
    explanation: 'A recipe may name its folder, data = folder(path: "faces"), or leave it to the command line.',
    bad: train("--recipe CrossEntropy"),
    good,
  }),

  "train/no-picture-input": entry<{ model: string; inputs: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.model} cannot take pictures: its inputs are ${h.inputs.join(", ")}, but one float32[N, 3, H, W] = picture(...) is needed`,
    help: () =>
      "Declare how pixels become numbers: input image: float32[N, 3, 64, 64] = picture(mean: [...], std: [...]).",
    explanation: "Training, prediction and the built file all take mean and standard deviation from there.",
    bad: train("--recipe NoPicture --data generated"),
    good,
  }),

  "train/too-few-pictures": entry<{ pictures: number; batch: number }>({
    severity: "error",
    message: (h) => `${h.pictures} training pictures do not fill one batch of ${h.batch}`,
    help: () => 'Make the batch smaller, or set last_batch: "keep" in the recipe.',
    explanation: 'With last_batch: "drop" only full batches are trained on.',
    bad: train("--recipe CrossEntropy --data generated --limit 10"),
    good,
  }),

  "train/no-good-pictures": entry<{ data: string; broken: number; all: number }>({
    severity: "error",
    message: (h) =>
      `${h.data}: ${h.broken} of ${h.all} pictures cannot be read; none is left to train on or to evaluate on`,
    help: () => "The messages above say what is wrong with them.",
    explanation: "A broken picture is named and left out; training stops only if no picture remains.",
    bad: train("--recipe CrossEntropy --data broken-pictures"),
    good,
  }),

  "train/teacher-unreadable": entry<{ file: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the teacher's weights ${h.file}: ${h.reason}`,
    help: () =>
      "A path in the recipe is relative to the folder of the .lfer file, a path from --set to the current folder; a run's folder means its best weights. Train the teacher first, or name its recipe with trained_by.",
    explanation: "The loss needs the teacher's predictions for every training picture, and so its weights.",
    bad: train("--recipe RafDb --data generated"),
    good,
  }),

  "train/not-finite": entry<{
    what: string;
    epoch: number;
    step: number;
    lr: number;
    /** Files with good weights, and their epochs. */
    kept: Readonly<Record<"last" | "best", { readonly path: string; readonly epoch: number }>> | undefined;
  }>({
    severity: "error",
    message: (h) =>
      `${h.what} is not finite after epoch ${h.epoch}, step ${h.step}, at a learning rate of ${Number(h.lr.toPrecision(3))}: training has stopped`,
    help: (h) =>
      h.kept === undefined
        ? "No epoch has ended, so there is nothing to keep. Usually the learning rate is too high: start a new run with a smaller lr, some warmup_epochs, or clip_norm."
        : `${h.kept.last.path} has the weights of epoch ${h.kept.last.epoch}, ${h.kept.best.path} the best, of epoch ${h.kept.best.epoch}. Usually the learning rate is too high: start a new run from them, --weights ${h.kept.last.path}, with a smaller lr, some warmup_epochs, or clip_norm.`,
    explanation:
      "Once a number has overflowed, everything computed from it is lost; going on would only overwrite good weights. --resume would stop at the same step, since a run repeats exactly.",
    bad: train("--recipe TooFast --data generated"),
    good,
  }),

  "train/run-exists": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is not empty`,
    help: () => "Name another folder with --out, or continue the run in it with --resume.",
    explanation: "A run's weights took long to train; no run overwrites another.",
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
        ? `another process is using ${h.path}; it is not known which`
        : `process ${h.owner.pid} on ${h.owner.host} has been training in ${h.path} since ${h.owner.since}`,
    help: (h) =>
      `Name another folder with --out, or wait until it has ended. Remove ${h.lock} there only if you know that it no longer runs.`,
    explanation:
      "Two runs in one folder would mix the weights of one with the record of the other. The lock of a killed process is taken over automatically; that of a process on another machine or in another container, 15 minutes after its last sign of life.",
    bad: train("--recipe CrossEntropy --data faces --out runs/now-running --resume"),
    good,
  }),

  "train/run-lost": entry<{ path: string; lock: string }>({
    severity: "error",
    message: (h) => `${h.path} no longer belongs to this run: its ${h.lock} is gone, or is another process's`,
    help: () => "What was written before is complete. Continue with --resume when no other process trains there.",
    explanation: "A run writes nothing once its folder was removed, or taken by another process.",
    bad: train("--recipe CrossEntropy --data faces --out runs/removed-meanwhile"),
    good,
  }),

  "train/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: () => "Check the folder's permissions and the free space. What was written before is complete.",
    explanation: "A run writes its weights and figures after each epoch; where that fails it stops.",
    bad: train("--recipe CrossEntropy --data faces --out /proc/run"),
    good,
  }),

  "train/bad-checkpoint": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot resume from ${h.path}: ${h.reason}`,
    help: () => "Restore the run's folder from a copy, or start a new run.",
    explanation: "A run resumes from exactly the state that was written, or not at all.",
    bad: train("--recipe CrossEntropy --data faces --out runs/damaged --resume"),
    good,
  }),

  "train/another-run": entry<{ path: string; field: string; values: readonly [string, string] }>({
    severity: "error",
    message: (h) =>
      `the run in ${h.path} was started differently: its ${h.field} is ${h.values[0]}, this command's is ${h.values[1]}`,
    help: (h) =>
      h.field === "epochs"
        ? `Use --epochs ${h.values[0]} to keep its length, or --epochs with another number to change it.`
        : "Use what it was started with (see its run.json), or start a new run: another --out.",
    explanation:
      "Resuming with something else would give weights that no recipe describes. Only the length may change, by --epochs, and what runs the steps: --engine, --threads, the versions.",
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
        ? `${h.path} was changed after it was written: its digest does not match its content`
        : `${h.path} was changed after it was written: its ${h.difference.field} is ${h.difference.values[0]}, that of ${h.other} ${h.difference.values[1]}`,
    help: () => "Restore the original, or start a new run: another --out.",
    explanation:
      "run.json describes a run, and state.json its progress; each carries a digest of itself. Changing them does not change what was trained.",
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
      `${h.path} belongs to another run than ${h.other}: its ${h.field} is ${h.values[0]}, the other's is ${h.values[1]}`,
    help: () => "Copy all of a run's folder, or nothing.",
    explanation:
      "Each run has an id of its own, which tells apart two runs that were started alike: their lengths, and with them their learning rates, may differ.",
    bad: train("--recipe CrossEntropy --data faces --out runs/mixed --resume"),
    good,
  }),
};
