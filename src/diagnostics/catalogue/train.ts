import { entry } from "../entry.js";

const train = (rest: string) => ({ command: `lferc train models/lfer_ldl.lfer ${rest}`.trimEnd() });
const good = train("--recipe CrossEntropy --data faces");

/** What keeps a recipe from being run, or ends a run. */
export const trainEntries = {
  "train/unsupported-data": entry<{ name: string }>({
    severity: "error",
    message: (h) => `the recipe's data are ${h.name}(...), which lferc cannot read yet`,
    help: () =>
      "What works: data = folder() with a folder of pictures for each class (--data DIR), and drawn faces for any recipe (--data generated).",
    explanation: "Data sets with files of labels come with a later version; their pictures can be sorted into folders.",
    bad: train("--recipe RafDb --data raf-db"),
    good,
  }),

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
      "The path counts from the folder of the .lfer file. Train the teacher first, or take a recipe without one.",
    explanation:
      "A frozen teacher looks at every training picture; without its weights there is nothing to learn from.",
    bad: train("--recipe RafDb --data generated"),
    good,
  }),

  "train/not-finite": entry<{ what: string; epoch: number; step: number }>({
    severity: "error",
    message: (h) => `${h.what} is no finite number after epoch ${h.epoch}, step ${h.step}: training has stopped`,
    help: (h) =>
      `${h.epoch > 1 ? "best.safetensors and last.safetensors hold the weights of the epochs before. " : ""}Usually the rate is too high: try a smaller lr, some warmup_epochs, or clip_norm.`,
    explanation:
      "Once a number has overflowed, everything computed from it is lost; going on would only overwrite good weights.",
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

  "train/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path} (${h.code})`,
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

  "train/another-run": entry<{ path: string }>({
    severity: "error",
    message: (h) => `the run in ${h.path} was begun with another source, recipe, seed or data`,
    help: () => "Give it what it was begun with (run.json says what); only --epochs may differ. Or start a new run.",
    explanation: "Going on with something else would end in weights that no recipe describes.",
    bad: train("--recipe CrossEntropy --data faces --out runs/other --resume --seed 1"),
    good,
  }),
};
