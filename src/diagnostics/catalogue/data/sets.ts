import { didYouMean, entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data ${data}` });
const good = train("faces");

const listed = (names: readonly string[]): string => names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");

/** A list of classes that one pastes into a source. */
const mostPasted = 100;

/** Folders and other sources of labelled pictures. */
export const dataSetEntries = {
  "data/unreadable-folder": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot use the folder ${h.path}: ${h.reason}`,
    help: () => "Check the path. It is relative to the folder in which lferc runs.",
    explanation: "A data set is a folder with a folder of pictures for each class.",
    bad: train("nowhere"),
    good,
  }),

  "data/no-class-folders": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} has no class folders`,
    help: (h) => `Put the pictures of each class into a folder with its name: ${h.path}/happiness/1.jpg.`,
    explanation: "A picture's label is the name of its folder.",
    bad: train("pictures-without-folders"),
    good,
  }),

  "data/unknown-class": entry<{
    path: string;
    unknown: readonly string[];
    labels: readonly string[];
    suggestion: string | undefined;
    /** Whether no class of the data has a label. */
    isAll: boolean;
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
          : h.isAll && h.unknown.length <= mostPasted
            ? `None of them is in the data. For a network of these classes: const classes = [${h.unknown.map((name) => JSON.stringify(name)).join(", ")}] and labels(classes).`
            : `Rename them, leave them out (leave_out: [${h.unknown
                .slice(0, 8)
                .map((name) => JSON.stringify(name))
                .join(", ")}]), or merge them (merge: [${JSON.stringify(`${h.unknown[0]} -> ${h.labels[0]}`)}]).`
      }`,
    explanation:
      "Classes of the data are matched with the model's labels by name, ignoring case, spaces, hyphens and the usual synonyms of an expression (happy, happiness). A class without a match would be trained under a wrong label or be lost.",
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
        : `${h.path} has a folder ${h.folder} with ${h.pictures} picture${h.pictures === 1 ? "" : "s"} beside ${h.used}; lferc knows no such part`,
    help: (h) =>
      h.sameAs !== undefined
        ? "Keep one of them, or merge their class folders."
        : `Known parts are ${listed(h.known)}, in upper or lower case. Rename the folder, or move it out.`,
    explanation:
      "Pictures left out silently would be missing from training or evaluation. What an unknown folder is for is never guessed.",
    bad: train("train-and-extra"),
    good,
  }),

  "data/class-unreadable": entry<{ data: string; part: string; classes: readonly string[]; count: number }>({
    severity: "error",
    message: (h) => `${h.data}: none of the ${h.count} ${h.part} pictures of ${listed(h.classes)} can be read`,
    help: () =>
      "The messages above say why. Convert or replace the pictures, or remove the folder and train without that class.",
    explanation:
      "A class that has pictures was meant to be learnt. If none can be read, the network would never predict it.",
    bad: train("faces-with-a-broken-class"),
    good,
  }),

  "data/class-count": entry<{ path: string; found: readonly string[]; classes: number }>({
    severity: "error",
    message: (h) => `${h.path} has ${h.found.length} classes, but the model has ${h.classes}`,
    help: (h) =>
      `Give the output that many classes, or name those that are meant: output logits: labels([${h.found
        .slice(0, 8)
        .map((name) => JSON.stringify(name))
        .join(", ")}${h.found.length > 8 ? ", ..." : ""}]).`,
    explanation: "A model without labels takes its classes from the data: the folder names in alphabetical order.",
    bad: train("two-folders"),
    good,
  }),

  "data/folders-of-one-class": entry<{ path: string; folders: readonly string[]; label: string }>({
    severity: "warning",
    message: (h) => `${h.path}: ${listed(h.folders)} are one class, ${h.label}`,
    help: () =>
      "Put their pictures into one folder, merge them (merge: [...]), or give the classes more distinct names.",
    explanation:
      "Folders are matched with labels by name, ignoring case, spaces, hyphens, the form of accents and the usual synonyms of an expression.",
    bad: train("happy-and-happiness"),
    good,
  }),

  "data/missing-classes": entry<{ path: string; part: string; classes: readonly string[] }>({
    severity: "warning",
    message: (h) => `${h.path} has no ${h.part} picture of ${listed(h.classes)}`,
    help: (h) =>
      h.part === "training"
        ? "The model will almost never predict them. Add pictures, or train a model without these labels."
        : "The reported figures say nothing about these classes. Add pictures to evaluate them on.",
    explanation:
      "A model learns to rule out a class that it never sees in training; a class without held-out pictures is not evaluated.",
    bad: train("faces-without-fear"),
    good,
  }),

  "data/no-training-pictures": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no picture to train on under ${h.path}`,
    help: () => "Put JPEG, PNG, WebP, GIF, TIFF or AVIF files into the folders of the classes.",
    explanation: "Pictures are recognised by file extension.",
    bad: train("empty-folders"),
    good,
  }),

  "data/nothing-held-out": entry<{ path: string; by: string | undefined; isByPerson: boolean }>({
    severity: "error",
    message: (h) =>
      h.by !== undefined
        ? `there is no picture in ${h.by} of ${h.path} to evaluate the network on`
        : h.isByPerson
          ? `no person of ${h.path} can be held out: each class needs two persons`
          : `${h.path} has one picture per class: nothing can be held out to evaluate the network on`,
    help: () => "Add pictures: only those that training has not seen show how good the network is.",
    explanation:
      "After each epoch the network is evaluated on pictures that it was not trained on: the data set's held-out part, or a fifth of each class.",
    bad: train("one-picture-each"),
    good,
  }),

  "data/files-left-out": entry<{ path: string; count: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.count} file${h.count === 1 ? " is" : "s are"} left out: not a picture in a class folder`,
    help: () => "If they are notes, nothing needs to be done. Pictures belong in the folder of their class.",
    explanation: "Only files with a picture's extension in a class folder are used.",
    bad: train("faces-with-notes"),
    good,
  }),

  "data/pictures-left-out": entry<{ data: string; broken: number; all: number; named: number }>({
    severity: "warning",
    message: (h) =>
      `${h.data}: ${h.broken} of ${h.all} pictures cannot be read and ${h.broken === 1 ? "is" : "are"} left out`,
    help: (h) =>
      `${h.broken > h.named ? `The first ${h.named} are named above, all of them` : "They are named above, and"} in the run's run.json.`,
    explanation: "Every picture is read once before training begins; broken ones are named, the others are used.",
    bad: train("faces-with-a-broken-one"),
    good,
  }),

  "data/no-such-faces": entry<{ labels: readonly string[]; classes: number; known: readonly string[] }>({
    severity: "error",
    message: (h) =>
      h.labels.length < h.classes
        ? `generated faces show ${h.known.length} expressions, the model has ${h.classes} classes`
        : `generated faces cannot show ${listed(h.labels)}`,
    help: (h) => `They show ${h.known.join(", ")}. For other classes give a folder: --data DIR.`,
    explanation: "Generated faces are for trying out training without data; they show the basic expressions only.",
    bad: train("generated"),
    good,
  }),

  "data/bad-crop-range": entry<{ name: string; what: string; low: number; high: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.name}'s ${h.what} goes from ${h.low} to ${h.high}`,
    help: (h) =>
      `It needs two numbers above 0, the smaller first${Number.isFinite(h.limit) ? `, none above ${h.limit}` : ""}.`,
    explanation:
      "For parts of a picture, scale is the smallest and largest share of its area, and ratio the smallest and largest aspect ratio; for random_affine, scale is the smallest and largest factor.",
    bad: train("generated"),
    good,
  }),
};
