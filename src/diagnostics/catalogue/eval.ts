import { entry } from "../entry.js";
import { type NewerFile, newerFile, whyNewerIsRefused } from "./newer-file.js";
import { type NoRun, noRun, runToName } from "./no-run.js";

const good = { command: "lferc eval runs/a --data faces" };

/** Some of many names, for a message. */
const named = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

/** Problems of evaluating a trained model. */
export const evalEntries = {
  "eval/no-run": entry<NoRun>({
    severity: "error",
    message: (h) => noRun(h, "it has no run.json"),
    help: (h) => runToName(h, ", or an .onnx file"),
    explanation: "run.json in a run's folder says what was trained on which data, and how it is evaluated.",
    bad: { command: "lferc eval faces --data faces" },
    good,
  }),

  "eval/newer-run": entry<NewerFile>({
    severity: "error",
    message: newerFile,
    help: () => "Use the lferc that trained the run, or a newer one.",
    explanation: whyNewerIsRefused,
    bad: { command: "lferc eval run-of-a-newer-lferc --data faces" },
    good,
  }),

  "eval/no-epoch": entry<{ path: string; folds?: number }>({
    severity: "error",
    message: (h) =>
      h.folds === undefined
        ? `the run ${h.path} has finished no epoch: it has no weights to evaluate`
        : `${h.path} holds the ${h.folds} runs of a cross-fitting and no weights of its own`,
    help: (h) =>
      h.folds === undefined
        ? "Let it train for an epoch, or resume it: lferc train ... --out RUN --resume."
        : `Name one of them: ${h.path}/fold-1. \`lferc distill\` takes them all together.`,
    explanation: "best.safetensors is written at the end of a run's first epoch, model.onnx at the end of the run.",
    bad: { command: "lferc eval runs/just-begun --data faces" },
    good,
  }),

  "eval/no-model-yet": entry<{ path: string; command: string }>({
    severity: "error",
    message: (h) => `the run ${h.path} has no model.onnx: it was stopped, or is still running`,
    help: (h) => `This makes it from the best epoch so far, with the data that the run was trained on: ${h.command}`,
    explanation: "A run writes its ONNX file at its end. Until then its best weights are in best.safetensors.",
    bad: { command: "lferc predict runs/stopped face.jpg" },
    good: { command: "lferc predict runs/a face.jpg" },
  }),

  "eval/weights-alone": entry<{ path: string; run: string | undefined }>({
    severity: "error",
    message: (h) => `${h.path} holds only weights, and no network to put them into`,
    help: (h) =>
      h.run === undefined
        ? `Build a model with it first: lferc build MODEL.lfer --weights ${h.path} -o model.onnx`
        : `It belongs to a run: name the run's folder, ${h.run}.`,
    explanation: "A .safetensors file has names and numbers. The network that uses them is in the .lfer file.",
    bad: { command: "lferc eval runs/a/best.safetensors --data faces" },
    good,
  }),

  "eval/no-such-split": entry<{ data: string; split: string; known: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.data} has no part "${h.split}"; it has ${h.known.join(", ")}`,
    help: () =>
      "--split takes train, validation, test or all. Where lferc holds pictures out itself, only the run knows which: name its folder.",
    explanation:
      "A data set may come split, in folders or lists. Otherwise a run holds out a share by its seed, and a single ONNX file does not know which.",
    bad: { command: "lferc eval runs/a --data faces --split holdout" },
    good: { command: "lferc eval runs/a --data faces --split test" },
  }),

  "eval/nothing-readable": entry<{ data: string; split: string; count: number }>({
    severity: "error",
    message: (h) => `none of the ${h.count} pictures in the part ${h.split} of ${h.data} can be read`,
    help: () => "The messages above say what is wrong with them.",
    explanation: "Without pictures, accuracy is undefined.",
    bad: { command: "lferc eval runs/a --data broken-pictures" },
    good,
  }),

  "eval/pictures-skipped": entry<{ data: string; split: string; broken: number; all: number; named: number }>({
    severity: "warning",
    message: (h) =>
      `${h.broken} of the ${h.all} pictures in the part ${h.split} of ${h.data} cannot be read: the figures cover the others${h.broken > h.named ? `; the first ${h.named} are named` : ""}`,
    help: () => "Download them again. With --format json all of them are listed under skipped.",
    explanation: "Two figures can be compared only on the same pictures, so pictures are never left out silently.",
    bad: { command: "lferc eval runs/a --data one-broken-picture" },
    good,
  }),

  "eval/many-pictures-skipped": entry<{ data: string; split: string; broken: number; all: number; limit: number }>({
    severity: "error",
    message: (h) =>
      `${h.broken} of the ${h.all} pictures in the part ${h.split} of ${h.data} cannot be read, more than ${h.limit * 100} %: these figures do not describe the data set`,
    help: () => "Download the pictures again: an incomplete archive leaves such files.",
    explanation: "A data set without its broken pictures may be easier or harder than the whole.",
    bad: { command: "lferc eval runs/a --data many-broken-pictures" },
    good,
  }),

  "eval/no-groups": entry<{ data: string; by: string }>({
    severity: "error",
    message: (h) => `${h.data} does not say which ${h.by} any picture belongs to`,
    help: (h) =>
      `Set the parameter ${h.by} of the recipe's data set: a pattern of the pictures' names or a table column, see docs/reference.md.`,
    explanation: "An overall figure may hide that a network fails for some; --by evaluates each person or group.",
    bad: { command: "lferc eval runs/a --data faces --by person" },
    good: { command: "lferc eval runs/a --data photographs --by person" },
  }),

  "eval/other-pictures": entry<{
    first: string;
    second: string;
    classes: readonly string[];
    onlyFirst: readonly string[];
    onlySecond: readonly string[];
    otherClass: readonly string[];
  }>({
    severity: "error",
    message: (h) => {
      const found = [
        ...(h.classes.length === 0 ? [] : [`classes that only one has: ${named(h.classes)}`]),
        ...(h.onlyFirst.length === 0 ? [] : [`${h.onlyFirst.length} only in the first: ${named(h.onlyFirst)}`]),
        ...(h.onlySecond.length === 0 ? [] : [`${h.onlySecond.length} only in the second: ${named(h.onlySecond)}`]),
        ...(h.otherClass.length === 0 ? [] : [`${h.otherClass.length} with different classes: ${named(h.otherClass)}`]),
      ];
      return `${h.first} and ${h.second} were not evaluated on the same pictures: ${found.join("; ")}`;
    },
    help: () => "Evaluate both on a part that does not depend on a run's seed, such as --split test.",
    explanation:
      "Two networks are compared picture by picture. On different pictures, part of the difference would come from the pictures.",
    bad: { command: "lferc eval runs/seed-0 runs/seed-1 --data undivided" },
    good: { command: "lferc eval runs/seed-0 runs/seed-1 --data faces --split test" },
  }),
};
