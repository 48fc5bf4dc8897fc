import { didYouMean, entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe RafDb --data ${data}` });
const good = train("raf-db");

const listed = (names: readonly string[]): string => names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");

/** Data sets with tables and lists: errors in them, and in a recipe's settings for them. */
export const dataLayoutEntries = {
  "data/another-layout": entry<{ path: string; layout: string; missing: readonly string[]; is: string | undefined }>({
    severity: "error",
    message: (h) => `${h.path} is not laid out as ${h.layout}: there is no ${h.missing.join(" and no ")}`,
    help: (h) =>
      h.is === undefined
        ? "Check the path; docs/data.md shows each layout on disk."
        : `It looks like ${h.is}: write data = ${h.is}(...) in the recipe.`,
    explanation: "Each data set is read as its authors publish it: files and folders have fixed names.",
    bad: train("pictures-alone"),
    good,
  }),

  "data/unreadable-table": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the table ${h.path}: ${h.reason}`,
    help: () => "Check the file. It is text in UTF-8: CSV as in RFC 4180, or a list with one picture a line.",
    explanation: "Without its table nothing is known about the pictures.",
    bad: train("raf-db-with-a-huge-line"),
    good,
  }),

  "data/missing-columns": entry<{ path: string; missing: readonly string[]; found: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.path} has no column ${h.missing.join(" and no ")}; its columns are ${listed(h.found)}`,
    help: () => "Columns are found by the names in the first line, in any order. Name them as docs/data.md says.",
    explanation: "A column guessed by its position could train a network on the wrong numbers.",
    bad: train("a-table-without-labels"),
    good,
  }),

  "data/bad-lines": entry<{ path: string; line: number; reason: string; more: number }>({
    severity: "error",
    message: (h) =>
      `${h.path}, line ${h.line}: ${h.reason}${h.more === 0 ? "" : ` (and ${h.more} more line${h.more === 1 ? "" : "s"} with mistakes)`}`,
    help: () => "Fix or remove the line.",
    explanation:
      "A malformed line is never guessed at: a wrong label trains a wrong network, and a path that leaves the data folder is never followed.",
    bad: train("raf-db-with-a-bad-line"),
    good,
  }),

  "data/no-such-class": entry<{
    path: string;
    parameter: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `${h.parameter} names "${h.name}", which is not a class of ${h.path}.${didYouMean(h.suggestion)}`,
    help: (h) => `Its classes are ${listed([...new Set(h.known)])}.`,
    explanation: "Classes to leave out or merge are named as in the data, or by their usual names.",
    bad: train("raf-db"),
    good,
  }),

  "data/class-said-twice": entry<{ path: string; name: string }>({
    severity: "error",
    message: (h) => `the class ${h.name} of ${h.path} is left out or merged more than once`,
    help: () => "Keep one of the two entries, in leave_out or in merge.",
    explanation: "A class is left out or merged into one other, once.",
    bad: train("raf-db"),
    good,
  }),

  "data/bad-merge": entry<{ written: string; reason: string }>({
    severity: "error",
    message: (h) => `merge: "${h.written}" cannot be done: ${h.reason}`,
    help: () => 'Write merge: ["contempt -> anger"]: pictures of the first class count as the second.',
    explanation: "Each entry merges one class into another, which itself stays.",
    bad: train("raf-db"),
    good,
  }),

  "data/no-classes-left": entry<{ path: string; classes: readonly string[] }>({
    severity: "error",
    message: (h) => `no class of ${h.path} is left: ${listed(h.classes)} are left out, or have no picture`,
    help: () => "Take some of them out of leave_out.",
    explanation: "A network cannot learn without pictures.",
    bad: train("raf-db"),
    good,
  }),

  "data/bad-name-pattern": entry<{ written: string; what: string }>({
    severity: "error",
    message: (h) => `${h.what}: "${h.written}" is not a name pattern with exactly one {${h.what}}`,
    help: (h) =>
      `Write ${h.what}: "{${h.what}}_*" for what comes before the first "_", "{${h.what}}_#.*" before the last number, "{${h.what}}/*" for the folder. * matches anything, # a number.`,
    explanation:
      "A pattern is matched against the end of a picture's path. It has no other wildcards, so that matching is fast for any name.",
    bad: train("raf-db"),
    good,
  }),

  "data/no-person": entry<{ path: string; count: number; all: number }>({
    severity: "error",
    message: (h) =>
      `hold_out: "by person" needs the person of every picture; ${h.count} of the ${h.all} training pictures of ${h.path} have none`,
    help: () =>
      'Say where it is: a column person in the table, or person: "{person}_*" for a part of the picture\'s name.',
    explanation: "The person must be known, so that nobody is both in the training and in the held-out pictures.",
    bad: train("raf-db"),
    good,
  }),

  "data/person-on-both-sides": entry<{ path: string; count: number; all: number; first: string }>({
    severity: "error",
    message: (h) =>
      `hold_out: "by person" is not possible: ${h.count} of ${h.all} persons of ${h.path} are in its training part and in another (${h.first})`,
    help: () =>
      'The data are already split. Move the pictures of these persons to one part, or use hold_out: "by picture" and expect figures that are too good.',
    explanation: "A network that has seen a person in training recognises the person, not the expression.",
    bad: train("raf-db"),
    good,
  }),

  "data/persons-shared": entry<{ path: string; count: number; all: number; first: string }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.count} of ${h.all} persons trained on are also in the evaluation pictures (${h.first})`,
    help: () => 'Figures will be too good. Hold out whole persons: hold_out: "by person".',
    explanation: "A network that has seen a person in training recognises the person, not the expression.",
    bad: train("raf-db"),
    good,
  }),

  "data/held-out-twice": entry<{ path: string; share: number; given: string }>({
    severity: "error",
    message: (h) =>
      `the recipe holds out ${Number((h.share * 100).toFixed(2))} % of the training pictures, but ${h.path} is already split: ${h.given}`,
    help: () => "Remove held_out to evaluate epochs on that part, or move its pictures to the training part.",
    explanation: "Epochs are evaluated on one set of pictures.",
    bad: train("faces-with-val"),
    good,
  }),

  "data/labels-disagree": entry<{ path: string; picture: string; here: string; there: string; more: number }>({
    severity: "error",
    message: (h) =>
      `${h.path} labels ${h.picture} as ${h.there}, its folder as ${h.here}${h.more === 0 ? "" : ` (and ${h.more} more)`}`,
    help: () => "Download the data set again, or remove the table: then the folders count.",
    explanation: "Where a picture has two labels, lferc cannot know which is right.",
    bad: train("raf-db-with-another-table"),
    good,
  }),

  "data/rows-do-not-match": entry<{ path: string; rows: number; other: string; otherRows: number }>({
    severity: "error",
    message: (h) => `${h.path} has ${h.rows} rows and ${h.other} ${h.otherRows}: they do not belong together`,
    help: () => "FER+ votes belong to the whole fer2013.csv, row by row: use both files unmodified.",
    explanation:
      "The two tables are joined by row order; one row more or less would give pictures the votes of others.",
    bad: train("ferplus-cut"),
    good,
  }),

  "data/usages-do-not-match": entry<{ path: string; line: number; usage: string; other: string; otherUsage: string }>({
    severity: "error",
    message: (h) => `${h.path}, line ${h.line} is ${h.usage}, but that row of ${h.other} is ${h.otherUsage}`,
    help: () => "FER+ votes belong to the whole fer2013.csv, row by row: use both files unmodified.",
    explanation: "The two tables are joined by row order; a misplaced row would give pictures the votes of others.",
    bad: train("ferplus-sorted"),
    good,
  }),

  "data/votes-left-out": entry<{ path: string; all: number; unnamed: number; unknown: number; undecided: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: ${h.unnamed + h.unknown + h.undecided} of ${h.all} pictures have no label: ${[
        ...(h.unknown > 0 ? [`${h.unknown} are mostly "unknown"`] : []),
        ...(h.undecided > 0 ? [`${h.undecided} without agreement`] : []),
        ...(h.unnamed > 0 ? [`${h.unnamed} show no face`] : []),
      ].join(", ")}`,
    help: () => "Nothing needs to be done: these are the rules of those who collected the votes (docs/data.md).",
    explanation:
      "Single votes are ignored as mistakes. A picture that most people could not name, or that lacks a required majority, has no label.",
    bad: train("ferplus"),
    good,
  }),

  "data/bad-pixels": entry<{ path: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `${h.path}, line ${h.line}: ${h.reason}`,
    help: () => "A picture is 48 x 48 whole numbers from 0 to 255, separated by spaces.",
    explanation: "A row with broken pixels is left out, like a broken file.",
    bad: train("fer2013"),
    good,
  }),

  "data/bad-annotation": entry<{ path: string; reason: string; more: number }>({
    severity: "error",
    message: (h) => `${h.path} cannot be used: ${h.reason}${h.more === 0 ? "" : ` (and ${h.more} more like it)`}`,
    help: () =>
      "Download the file again. AffectNet's annotations are small NumPy files: one value, or 136 for landmarks.",
    explanation: "Annotations are read as the NPY format says, and nothing in them is executed.",
    bad: train("affectnet"),
    good,
  }),

  "data/cannot-align": entry<{ path: string; align: string; lacking: string }>({
    severity: "error",
    message: (h) => `align: "${h.align}" is not possible: ${h.path} has no ${h.lacking}`,
    help: () => 'Use align: "none", or the release of AffectNet that has them.',
    explanation: "The CSV release has boxes and landmarks; the later one has cropped pictures and landmarks.",
    bad: train("affectnet"),
    good,
  }),

  "data/no-face": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path}: the face cannot be cut out: ${h.reason}`,
    help: () => 'The picture is left out. With align: "none" the whole picture is used.',
    explanation: "A box outside the picture, or landmarks that are all one point, show no face.",
    bad: train("affectnet"),
    good,
  }),
};
