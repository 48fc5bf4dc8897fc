import { entry } from "../entry.js";

const good = { command: "lferc eval runs/a --data faces" };

/** Some of many names, for a message. */
const named = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

/** What keeps a trained model from being judged. */
export const evalEntries = {
  "eval/no-run": entry<{ path: string; teacher?: string | undefined }>({
    severity: "error",
    message: (h) =>
      h.teacher === undefined
        ? `the folder ${h.path} is no run: there is no run.json in it`
        : `the run ${h.path} has not begun: its teacher is trained first, in ${h.teacher}`,
    help: (h) =>
      h.teacher === undefined
        ? "Name the folder that `lferc train` wrote (it says which at its end), or an .onnx file."
        : `Name ${h.teacher} for the teacher, or wait until the student has an epoch.`,
    explanation:
      "A run's folder says in run.json what was trained on which data, and by which evaluation it is judged.",
    bad: { command: "lferc eval faces --data faces" },
    good,
  }),

  "eval/newer-run": entry<{ path: string; schemaVersion: number; known: number }>({
    severity: "error",
    message: (h) =>
      `${h.path} was written by a newer lferc: it has schemaVersion ${h.schemaVersion}, this one reads up to ${h.known}`,
    help: () => "Use the lferc that trained the run, or a newer one.",
    explanation: "A newer record may mean something else by the same names, so it is refused by its number.",
    bad: { command: "lferc eval run-of-a-newer-lferc --data faces" },
    good,
  }),

  "eval/no-epoch": entry<{ path: string; folds?: number }>({
    severity: "error",
    message: (h) =>
      h.folds === undefined
        ? `the run ${h.path} has no epoch yet: there are no weights to judge`
        : `${h.path} holds the ${h.folds} runs of a cross-fitting and no weights of its own`,
    help: (h) =>
      h.folds === undefined
        ? "Let it train for an epoch, or go on with it: lferc train ... --out RUN --resume."
        : `Name one of them: ${h.path}/fold-1. \`lferc distill\` takes them all together.`,
    explanation: "best.safetensors is written at the end of a run's first epoch, model.onnx at the end of the run.",
    bad: { command: "lferc eval runs/just-begun --data faces" },
    good,
  }),

  "eval/no-model-yet": entry<{ path: string; command: string }>({
    severity: "error",
    message: (h) => `the run ${h.path} has no model.onnx: it was stopped, or goes on still`,
    help: (h) => `This makes it of the best epoch so far, from the data that the run was trained on: ${h.command}`,
    explanation: "A run writes its ONNX file at its end. Till then its best weights lie in best.safetensors.",
    bad: { command: "lferc predict runs/stopped face.jpg" },
    good: { command: "lferc predict runs/a face.jpg" },
  }),

  "eval/weights-alone": entry<{ path: string; run: string | undefined }>({
    severity: "error",
    message: (h) => `${h.path} holds weights alone, and no network to put them into`,
    help: (h) =>
      h.run === undefined
        ? `Build a model of it first: lferc build MODEL.lfer --weights ${h.path} -o model.onnx`
        : `It lies in a run: name the run's folder, ${h.run}.`,
    explanation: "A .safetensors file has names and numbers. What is done with them stands in the .lfer file.",
    bad: { command: "lferc eval runs/a/best.safetensors --data faces" },
    good,
  }),

  "eval/no-such-split": entry<{ data: string; split: string; known: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.data} has no part "${h.split}"; it has ${h.known.join(", ")}`,
    help: () =>
      "--split takes train, validation, test or all. Where lferc holds pictures out itself, only the run knows which: name its folder.",
    explanation:
      "A data set may come divided, in folders or lists. Of one that does not, a run holds out a share by its seed; a single ONNX file does not know which.",
    bad: { command: "lferc eval runs/a --data faces --split holdout" },
    good: { command: "lferc eval runs/a --data faces --split test" },
  }),

  "eval/nothing-readable": entry<{ data: string; split: string; count: number }>({
    severity: "error",
    message: (h) => `none of the ${h.count} pictures in the part ${h.split} of ${h.data} can be read`,
    help: () => "The messages above say what is wrong with them.",
    explanation: "A share of no pictures is no figure.",
    bad: { command: "lferc eval runs/a --data broken-pictures" },
    good,
  }),

  "eval/pictures-skipped": entry<{ data: string; split: string; broken: number; all: number; named: number }>({
    severity: "warning",
    message: (h) =>
      `${h.broken} of the ${h.all} pictures in the part ${h.split} of ${h.data} cannot be read: the figures are of the others${h.broken > h.named ? `; the first ${h.named} are named` : ""}`,
    help: () => "Fetch them again. With --format json all of them are listed under skipped.",
    explanation:
      "Two figures can only be compared when they are of the same pictures, so pictures are never left out silently.",
    bad: { command: "lferc eval runs/a --data one-broken-picture" },
    good,
  }),

  "eval/many-pictures-skipped": entry<{ data: string; split: string; broken: number; all: number; limit: number }>({
    severity: "error",
    message: (h) =>
      `${h.broken} of the ${h.all} pictures in the part ${h.split} of ${h.data} cannot be read, more than ${h.limit * 100} %: these figures are not those of the data set`,
    help: () => "Fetch the pictures again: an archive that broke off leaves such files.",
    explanation: "What is left of a data set when many pictures are broken may be another one, easier or harder.",
    bad: { command: "lferc eval runs/a --data many-broken-pictures" },
    good,
  }),

  "eval/no-groups": entry<{ data: string; by: string }>({
    severity: "error",
    message: (h) => `${h.data} does not say of any picture which ${h.by} it belongs to`,
    help: (h) =>
      `The recipe's data set says it, by a pattern of the pictures' names or a column of its table: its parameter ${h.by}, in docs/reference.md.`,
    explanation: "A figure for all may hide that a network fails for some; --by looks at each person or group.",
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
        ...(h.onlyFirst.length === 0 ? [] : [`${h.onlyFirst.length} only of the first: ${named(h.onlyFirst)}`]),
        ...(h.onlySecond.length === 0 ? [] : [`${h.onlySecond.length} only of the second: ${named(h.onlySecond)}`]),
        ...(h.otherClass.length === 0
          ? []
          : [`${h.otherClass.length} of another class in each: ${named(h.otherClass)}`]),
      ];
      return `${h.first} and ${h.second} were not judged by the same pictures: ${found.join("; ")}`;
    },
    help: () => "Judge both by a part that does not hang on a run's seed, such as --split test.",
    explanation:
      "The difference of two networks is measured picture by picture. Of different pictures it would also be the pictures' difference.",
    bad: { command: "lferc eval runs/seed-0 runs/seed-1 --data undivided" },
    good: { command: "lferc eval runs/seed-0 runs/seed-1 --data faces --split test" },
  }),
};
