import { didYouMean, entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data ${data}` });
const good = train("faces");

const listed = (names: readonly string[]): string => names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");

/** Folders and other sources of labelled pictures. */
export const dataSetEntries = {
  "data/unreadable-folder": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot use the folder ${h.path}: ${h.reason}`,
    help: () => "Check the path. It counts from the folder in which lferc runs.",
    explanation: "A data set is a folder with a folder of pictures for each class.",
    bad: train("nowhere"),
    good,
  }),

  "data/no-class-folders": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no folder in ${h.path}`,
    help: (h) => `Put the pictures of each class into a folder of its name: ${h.path}/happiness/1.jpg.`,
    explanation: "The name of the folder that a picture lies in is its label.",
    bad: train("pictures-without-folders"),
    good,
  }),

  "data/unknown-class": entry<{
    path: string;
    unknown: readonly string[];
    labels: readonly string[];
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) =>
      h.unknown.length === 1
        ? `${h.path}: the model has no label "${h.unknown[0]}".${didYouMean(h.suggestion)}`
        : `${h.path} has ${h.unknown.length} classes that the model has no label for: ${listed(h.unknown)}`,
    help: (h) =>
      `The model's labels are ${listed(h.labels)}. ${
        h.unknown.every((name) => /^[1-7]$/.test(name))
          ? "RAF-DB numbers its classes from 1 (surprise) to 7 (neutral): write data = raf_db(...)."
          : `Rename them, leave them out (leave_out: [${h.unknown
              .slice(0, 8)
              .map((name) => JSON.stringify(name))
              .join(", ")}]), or merge them (merge: [${JSON.stringify(`${h.unknown[0]} -> ${h.labels[0]}`)}]).`
      }`,
    explanation:
      "Classes of data are matched with the model's labels by name; case, blanks, hyphens and the usual words for one expression (happy, happiness) do not count. A class that matches none would be trained under a wrong label or be lost.",
    bad: train("faces-and-cats"),
    good,
  }),

  "data/unknown-split": entry<{
    path: string;
    folder: string;
    pictures: number;
    used: string;
    /** Another folder for the same part. */
    sameAs: string | undefined;
    known: readonly string[];
  }>({
    severity: "error",
    message: (h) =>
      h.sameAs !== undefined
        ? `${h.path} has two folders for one part, ${h.sameAs} and ${h.folder}`
        : `${h.path} has a folder ${h.folder} with ${h.pictures} picture${h.pictures === 1 ? "" : "s"} beside ${h.used}, and it is no part that lferc knows`,
    help: (h) =>
      h.sameAs !== undefined
        ? "Keep one of them, or put their classes together."
        : `Known parts are ${listed(h.known)}, in any case. Rename the folder, or move it out.`,
    explanation:
      "Pictures that are left out without a word are missing from training, or from what judges it. A part that is not known by its name is not guessed.",
    bad: train("train-and-extra"),
    good,
  }),

  "data/class-unreadable": entry<{ data: string; part: string; classes: readonly string[]; count: number }>({
    severity: "error",
    message: (h) => `${h.data}: none of the ${h.count} ${h.part} pictures of ${listed(h.classes)} can be read`,
    help: () =>
      "The pictures named above say why. Convert or replace them, or take the folder out and train without that class.",
    explanation:
      "A class that has pictures, and of which none is left, was meant to be learnt: going on would train a network that never gives it.",
    bad: train("faces-with-a-broken-class"),
    good,
  }),

  "data/class-count": entry<{ path: string; found: readonly string[]; classes: number }>({
    severity: "error",
    message: (h) => `${h.path} has ${h.found.length} classes, but the model has ${h.classes}`,
    help: (h) =>
      `Give the output as many classes as there are, or say which are meant: output logits: labels([${h.found
        .slice(0, 8)
        .map((name) => JSON.stringify(name))
        .join(", ")}${h.found.length > 8 ? ", ..." : ""}]).`,
    explanation: "A model without labels takes its classes from the data: folders' names in alphabetical order.",
    bad: train("two-folders"),
    good,
  }),

  "data/folders-of-one-class": entry<{ path: string; folders: readonly string[]; label: string }>({
    severity: "warning",
    message: (h) => `${h.path}: ${listed(h.folders)} are one class, ${h.label}`,
    help: () =>
      "Put their pictures into one folder, say so (merge: [...]), or give the classes names that differ by more.",
    explanation:
      "Folders are matched with labels by name; case, blanks, hyphens, the form of accents and the usual words for an expression do not count.",
    bad: train("happy-and-happiness"),
    good,
  }),

  "data/missing-classes": entry<{ path: string; part: string; classes: readonly string[] }>({
    severity: "warning",
    message: (h) => `${h.path} has no ${h.part} picture of ${listed(h.classes)}`,
    help: (h) =>
      h.part === "training"
        ? "The model will almost never answer so. Add pictures, or train a model without these labels."
        : "What is told of the network says nothing about these classes. Add pictures to judge them by.",
    explanation:
      "A class that training never shows is one that the model learns to rule out; one that is not held out is not judged.",
    bad: train("faces-without-fear"),
    good,
  }),

  "data/no-training-pictures": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no picture to train on below ${h.path}`,
    help: () => "Put JPEG, PNG, WebP, GIF, TIFF or AVIF files into the folders of the classes.",
    explanation: "Pictures are known by the endings of their names.",
    bad: train("empty-folders"),
    good,
  }),

  "data/nothing-held-out": entry<{ path: string; by: string | undefined; isByPerson: boolean }>({
    severity: "error",
    message: (h) =>
      h.by !== undefined
        ? `there is no picture in ${h.by} of ${h.path} to judge the network by`
        : h.isByPerson
          ? `no person of ${h.path} can be held out: each class needs two persons`
          : `${h.path} has one picture a class: nothing can be held out to judge the network by`,
    help: () => "Add pictures. Without any that training has not seen, nobody knows what the network is worth.",
    explanation:
      "After each epoch the network is asked about pictures that it was not trained on: those that the data hold out, or a fifth of each class.",
    bad: train("one-picture-each"),
    good,
  }),

  "data/files-left-out": entry<{ path: string; count: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.count} file${h.count === 1 ? " is" : "s are"} left out, no picture of a class by name and place`,
    help: () => "Nothing needs to be done if they are notes. Pictures belong into the folder of their class.",
    explanation: "Only files with a picture's ending in a class' folder are used.",
    bad: train("faces-with-notes"),
    good,
  }),

  "data/pictures-left-out": entry<{ data: string; broken: number; all: number; named: number }>({
    severity: "warning",
    message: (h) =>
      `${h.data}: ${h.broken} of ${h.all} pictures cannot be read and ${h.broken === 1 ? "is" : "are"} left out`,
    help: (h) =>
      `${h.broken > h.named ? `The first ${h.named} are named above, all of them` : "They are named above, and"} in the run's run.json.`,
    explanation:
      "Every picture is read once before training begins; broken ones are named, and the others are not lost.",
    bad: train("faces-with-a-broken-one"),
    good,
  }),

  "data/split-left-alone": entry<{ path: string; split: string; used: string }>({
    severity: "warning",
    message: (h) => `${h.path}/${h.split} is left alone: epochs are judged by ${h.used}`,
    help: (h) => `Keep ${h.split} for the last word on the network that you choose.`,
    explanation: "Whoever chooses the best epoch by the test pictures has trained on them a little.",
    bad: train("train-val-and-test"),
    good,
  }),

  "data/no-such-faces": entry<{ labels: readonly string[]; classes: number; known: readonly string[] }>({
    severity: "error",
    message: (h) =>
      h.labels.length < h.classes
        ? `generated faces show ${h.known.length} expressions, the model tells ${h.classes} classes apart`
        : `generated faces cannot show ${listed(h.labels)}`,
    help: (h) => `They show ${h.known.join(", ")}. For other classes give a folder: --data DIR.`,
    explanation:
      "Drawn faces are there so that training can be tried without any data; they know the basic expressions only.",
    bad: train("generated"),
    good,
  }),

  "data/bad-crop-range": entry<{ name: string; what: string; low: number; high: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.name}'s ${h.what} goes from ${h.low} to ${h.high}`,
    help: (h) =>
      `It needs two numbers above 0, the smaller first${Number.isFinite(h.limit) ? `, none above ${h.limit}` : ""}.`,
    explanation:
      "For parts of a picture scale is the smallest and largest share of its area, ratio the same of its proportion; for random_affine scale is the smallest and largest factor.",
    bad: train("generated"),
    good,
  }),
};
