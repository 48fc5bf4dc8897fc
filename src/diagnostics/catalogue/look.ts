import { entry } from "../entry.js";

const good = { command: "lferc data faces" };

/** `a, b, c and 4 more`. */
function some(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Duplicate pictures. */
export interface SameHoles {
  readonly path: string;
  /** Number of pictures with duplicates. */
  readonly count: number;
  /** The paths of the first one. */
  readonly paths: readonly string[];
}

const pictures = (count: number): string => `${count} picture${count === 1 ? " is" : "s are"}`;

/** The findings of `lferc data`. */
export const lookEntries = {
  "look/bad-pictures": entry<{ path: string; bad: number; all: number; named: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.bad} of ${h.all} pictures cannot be read${h.bad > h.named ? `; the first ${h.named} are named above` : ""}`,
    help: () => "Training leaves them out and says so. `--format json` names all of them.",
    explanation:
      "A picture that cannot be read is not trained on. Many such pictures often come from one incomplete copy.",
    bad: { command: "lferc data folder-with-broken-pictures" },
    good,
  }),

  "look/few-pictures": entry<{
    path: string;
    classes: readonly { readonly label: string; readonly count: number }[];
    least: number;
  }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: fewer than ${h.least} training pictures of ${some(h.classes.map(({ label, count }) => `${label} (${count})`))}`,
    help: () => "Collect more, or leave the class out: its accuracy can hardly be measured.",
    explanation: "The few pictures of a class are memorised, or the class is not learnt at all.",
    bad: { command: "lferc data folder-of-a-few" },
    good,
  }),

  "look/imbalance": entry<{
    path: string;
    rarest: { readonly label: string; readonly count: number };
    commonest: { readonly label: string; readonly count: number };
  }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.commonest.count} training pictures of ${h.commonest.label}, ${h.rarest.count} of ${h.rarest.label}: ${(h.commonest.count / h.rarest.count).toFixed(1)} to 1`,
    help: () => 'sampler: "balanced" draws all classes equally; look at mean-class accuracy, too.',
    explanation:
      "If one class is much more common than others, always predicting it gives a high accuracy and is useless.",
    bad: { command: "lferc data folder-mostly-of-happiness" },
    good,
  }),

  "look/same-across-splits": entry<SameHoles>({
    severity: "warning",
    message: (h) => `${h.path}: ${pictures(h.count)} in several splits, byte for byte: ${some(h.paths)}`,
    help: () => "Remove them from the training split: accuracy on training pictures says nothing about new ones.",
    explanation: "A network knows the pictures that it was trained on; accuracy on them says nothing about others.",
    bad: { command: "lferc data folder-with-a-copy-in-test" },
    good,
  }),

  "look/same-within-split": entry<SameHoles>({
    severity: "warning",
    message: (h) => `${h.path}: ${pictures(h.count)} there more than once in a split, byte for byte: ${some(h.paths)}`,
    help: () => "Keep one of each: a copy counts twice in training and in evaluation.",
    explanation: "Copies silently give their picture more weight.",
    bad: { command: "lferc data folder-with-a-copy" },
    good,
  }),

  "look/two-labels": entry<SameHoles>({
    severity: "warning",
    message: (h) => `${h.path}: ${pictures(h.count)} in two classes, byte for byte: ${some(h.paths)}`,
    help: () => "One of the labels is wrong: look at the picture and keep the other.",
    explanation: "The same picture cannot be of two classes where each has one.",
    bad: { command: "lferc data folder-with-a-picture-in-two-classes" },
    good,
  }),

  "look/person-on-several-sides": entry<{
    path: string;
    count: number;
    who: string;
    sides: readonly string[];
  }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.count} person${h.count === 1 ? " is" : "s are"} in several splits: ${h.who} in ${h.sides.join(" and ")}`,
    help: () => "Split by person: all pictures of one in one split.",
    explanation: "A network that has seen a face in training scores too well on another picture of it.",
    bad: { command: "lferc data folder-with-anna-on-both-sides" },
    good,
  }),

  "look/grey-among-colours": entry<{ path: string; grey: number; all: number }>({
    severity: "warning",
    message: (h) => `${h.path}: ${h.grey} of ${h.all} pictures are grey, the others are in colour`,
    help: () => "If grey goes with a class, a network learns that. Look at them: `--sheet sheet.html`.",
    explanation: "Pictures from several sources differ in more than their content.",
    bad: { command: "lferc data folder-with-grey-pictures" },
    good,
  }),

  "look/small-pictures": entry<{ path: string; small: number; all: number; side: number }>({
    severity: "warning",
    message: (h) => `${h.path}: ${h.small} of ${h.all} pictures have a side of fewer than ${h.side} pixels`,
    help: () => "A model of that size sees them enlarged. `--size N` sets the size of yours.",
    explanation: "Enlarging adds pixels but no detail; a smaller input may give the same accuracy.",
    bad: { command: "lferc data folder-of-small-pictures --size 112" },
    good,
  }),

  "look/bad-manifest": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} is not a manifest of a data set: ${h.reason}`,
    help: () => "Remove it, and the same command writes it again.",
    explanation: "An existing manifest is compared with the data, not overwritten.",
    bad: { command: "lferc data faces --manifest notes.json" },
    good: { command: "lferc data faces --manifest faces.json" },
  }),

  "look/no-manifest": entry<{ data: string; reason: "table" | "cut" | "outside" | "class"; name: string }>({
    severity: "error",
    message: (h) => {
      const reasons = {
        table: `its pictures are in a table: ${h.name} is no file`,
        cut: `${h.name} is only a part of its file, cut out by the table`,
        outside: `${h.name} is outside the folder of the others, or has a name that tables cannot hold`,
        class: `a column of shares cannot be called ${h.name}, like the class`,
      };
      return `${h.data} has no manifest: ${reasons[h.reason]}`;
    },
    help: (h) =>
      h.reason === "class"
        ? "Give the class another name, by `merge` or in the data."
        : "Save the pictures as files, one for each, and list those.",
    explanation:
      "A manifest for another program lists files below one folder. Pixels in a table, or faces cut out while reading, are no files.",
    bad: { command: "lferc data FER2013 --for model.lfer --manifest faces.csv" },
    good: { command: "lferc data faces --for model.lfer --manifest faces.csv" },
  }),

  "look/manifest-exists": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} exists, and nothing is overwritten`,
    help: () => "Remove it, or name another file after --manifest.",
    explanation: "A run may depend on this list of pictures.",
    bad: { command: "lferc data faces --for model.lfer --manifest there-already.csv" },
    good: { command: "lferc data faces --for model.lfer --manifest faces.csv" },
  }),

  "look/other-data": entry<{
    path: string;
    manifest: string;
    missing: readonly string[];
    added: readonly string[];
    changed: readonly string[];
    moved: readonly string[];
  }>({
    severity: "error",
    message: (h) => {
      const told = [
        ["missing", h.missing],
        ["new", h.added],
        ["with other content", h.changed],
        ["in another class or split", h.moved],
      ] as const;
      const parts = told.flatMap(([what, paths]) =>
        paths.length === 0 ? [] : [`${paths.length} ${what} (${some(paths)})`],
      );
      return `${h.path} is not what ${h.manifest} says: ${parts.join("; ")}`;
    },
    help: (h) => `If that is intended, remove ${h.manifest}: the same command writes it again.`,
    explanation:
      "A manifest pins a data set: if the data differ from it, earlier results were measured on other pictures.",
    bad: { command: "lferc data faces --manifest faces-of-last-year.json" },
    good: { command: "lferc data faces --manifest faces.json" },
  }),
};
