import { didYouMean, entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe RafDb --data ${data}` });
const good = train("raf-db");

const listed = (names: readonly string[]): string => names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");

/** Data sets with tables and lists: what is wrong in them, and with what a recipe asks of them. */
export const dataLayoutEntries = {
  "data/another-layout": entry<{ path: string; layout: string; missing: readonly string[]; is: string | undefined }>({
    severity: "error",
    message: (h) => `${h.path} is not laid out as ${h.layout}: there is no ${h.missing.join(" and no ")}`,
    help: (h) =>
      h.is === undefined
        ? "Check the path; docs/data.md shows each layout as it lies on disk."
        : `It looks like ${h.is}: write data = ${h.is}(...) in the recipe.`,
    explanation: "Each data set is read as its makers pass it on: files and folders have fixed names.",
    bad: train("pictures-alone"),
    good,
  }),

  "data/unreadable-table": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the table ${h.path}: ${h.reason}`,
    help: () => "Check the file. It is text in UTF-8: CSV as in RFC 4180, or a list with one picture a line.",
    explanation: "Without its table nothing is known of the pictures.",
    bad: train("raf-db-with-a-huge-line"),
    good,
  }),

  "data/missing-columns": entry<{ path: string; missing: readonly string[]; found: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.path} has no column ${h.missing.join(" and none ")}; its columns are ${listed(h.found)}`,
    help: () => "Columns are found by the names in the first line, in any order. Name them as docs/data.md says.",
    explanation: "A column that is guessed by its place would train a network on other numbers than were meant.",
    bad: train("a-table-without-labels"),
    good,
  }),

  "data/bad-lines": entry<{ path: string; line: number; reason: string; more: number }>({
    severity: "error",
    message: (h) =>
      `${h.path}, line ${h.line}: ${h.reason}${h.more === 0 ? "" : ` (and ${h.more} more line${h.more === 1 ? "" : "s"} with mistakes)`}`,
    help: () => "Mend or remove the line.",
    explanation:
      "A line that does not say what it should is not guessed at: a wrong label trains a wrong network, and a path that leaves the data's folder is never followed.",
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
    message: (h) => `${h.parameter} names "${h.name}", which is no class of ${h.path}.${didYouMean(h.suggestion)}`,
    help: (h) => `Its classes are ${listed([...new Set(h.known)])}.`,
    explanation: "Classes that are left out or merged are named as the data call them, or by the usual words.",
    bad: train("raf-db"),
    good,
  }),

  "data/class-said-twice": entry<{ path: string; name: string }>({
    severity: "error",
    message: (h) => `the class ${h.name} of ${h.path} is left out or merged more than once`,
    help: () => "Keep one of the two entries, in leave_out or in merge.",
    explanation: "A class can go one way only.",
    bad: train("raf-db"),
    good,
  }),

  "data/bad-merge": entry<{ written: string; reason: string }>({
    severity: "error",
    message: (h) => `merge: "${h.written}" cannot be done: ${h.reason}`,
    help: () => 'Write merge: ["contempt -> anger"]: pictures of the first count as the second.',
    explanation: "Each entry takes one class into another, which stays as it is.",
    bad: train("raf-db"),
    good,
  }),

  "data/no-classes-left": entry<{ path: string; classes: readonly string[] }>({
    severity: "error",
    message: (h) => `nothing is left of ${h.path}: ${listed(h.classes)} are all left out, or have no picture`,
    help: () => "Take some of them out of leave_out.",
    explanation: "A network cannot learn from no picture.",
    bad: train("raf-db"),
    good,
  }),

  "data/bad-name-pattern": entry<{ written: string; what: string }>({
    severity: "error",
    message: (h) => `${h.what}: "${h.written}" is no pattern of a name with one {${h.what}} in it`,
    help: (h) =>
      `Write ${h.what}: "{${h.what}}_*" for what stands before the first "_", "{${h.what}}_#.*" before the last number, "{${h.what}}/*" for the folder. * is anything, # a number.`,
    explanation:
      "A pattern is held against the end of a picture's path; it has no other signs, so that it is quick whatever the names are.",
    bad: train("raf-db"),
    good,
  }),

  "data/no-person": entry<{ path: string; count: number; all: number }>({
    severity: "error",
    message: (h) =>
      `hold_out: "by person" needs the person of every picture; ${h.count} of the ${h.all} training pictures of ${h.path} have none`,
    help: () =>
      'Say where it stands: a column person in the table, or person: "{person}_*" for a part of the picture\'s name.',
    explanation: "Whose picture it is must be known to keep a person from standing on both sides.",
    bad: train("raf-db"),
    good,
  }),

  "data/person-on-both-sides": entry<{ path: string; count: number; all: number; first: string }>({
    severity: "error",
    message: (h) =>
      `hold_out: "by person" cannot be kept: ${h.count} of ${h.all} persons of ${h.path} are in its training part and in another (${h.first})`,
    help: () =>
      'The data are divided already. Move their pictures to one side, or take hold_out: "by picture" and know that figures flatter.',
    explanation: "A network that has seen a person in training recognises the person, not the expression.",
    bad: train("raf-db"),
    good,
  }),

  "data/persons-shared": entry<{ path: string; count: number; all: number; first: string }>({
    severity: "warning",
    message: (h) => `${h.path}: ${h.count} of ${h.all} persons who are trained on are judged by as well (${h.first})`,
    help: () => 'Figures flatter. Hold out whole persons: hold_out: "by person".',
    explanation: "A network that has seen a person in training recognises the person, not the expression.",
    bad: train("raf-db"),
    good,
  }),

  "data/held-out-twice": entry<{ path: string; share: number; given: string }>({
    severity: "error",
    message: (h) =>
      `the recipe holds out ${Number((h.share * 100).toFixed(2))} % of the training pictures, and ${h.path} is divided already: ${h.given}`,
    help: () => "Leave held_out away to judge epochs by that part, or move its pictures to the training part.",
    explanation: "Epochs are judged by one set of pictures.",
    bad: train("faces-with-val"),
    good,
  }),

  "data/labels-disagree": entry<{ path: string; picture: string; here: string; there: string; more: number }>({
    severity: "error",
    message: (h) =>
      `${h.path} says that ${h.picture} is ${h.there}, where it lies it is ${h.here}${h.more === 0 ? "" : ` (and ${h.more} more)`}`,
    help: () => "Fetch the data set again, or remove the table: then the folders count.",
    explanation: "Two labels for one picture: nobody knows which is right.",
    bad: train("raf-db-with-another-table"),
    good,
  }),

  "data/rows-do-not-match": entry<{ path: string; rows: number; other: string; otherRows: number }>({
    severity: "error",
    message: (h) => `${h.path} has ${h.rows} rows and ${h.other} ${h.otherRows}: they do not belong together`,
    help: () => "FER+ votes are for the whole fer2013.csv, row by row: take both files as they are passed on.",
    explanation:
      "The two tables are joined by their order; one row more or less would give every picture another's votes.",
    bad: train("ferplus-cut"),
    good,
  }),

  "data/usages-do-not-match": entry<{ path: string; line: number; usage: string; other: string; otherUsage: string }>({
    severity: "error",
    message: (h) => `${h.path}, line ${h.line} is of ${h.usage}, the same row of ${h.other} of ${h.otherUsage}`,
    help: () => "FER+ votes are for the whole fer2013.csv, row by row: take both files as they are passed on.",
    explanation: "The two tables are joined by their order; a row that is elsewhere would give pictures others' votes.",
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
      "Single votes are taken for slips; a picture that most people could not name, or with no majority where one is asked for, has no label.",
    bad: train("ferplus"),
    good,
  }),

  "data/bad-pixels": entry<{ path: string; line: number; reason: string }>({
    severity: "error",
    message: (h) => `${h.path}, line ${h.line}: ${h.reason}`,
    help: () => "A picture is 48 x 48 whole numbers from 0 to 255, with blanks between them.",
    explanation: "A row whose pixels are broken is left out as a broken file would be.",
    bad: train("fer2013"),
    good,
  }),

  "data/bad-annotation": entry<{ path: string; reason: string; more: number }>({
    severity: "error",
    message: (h) => `${h.path} cannot be used: ${h.reason}${h.more === 0 ? "" : ` (and ${h.more} more like it)`}`,
    help: () => "Fetch the file again. AffectNet's annotations are small NumPy files: one value, or 136 for landmarks.",
    explanation: "Annotations are read as the NPY format says, and nothing in them is executed.",
    bad: train("affectnet"),
    good,
  }),

  "data/cannot-align": entry<{ path: string; align: string; lacking: string }>({
    severity: "error",
    message: (h) => `align: "${h.align}" cannot be done: ${h.path} has no ${h.lacking}`,
    help: () => 'Take align: "none", or the release of AffectNet that has them.',
    explanation: "The CSV release has boxes and landmarks, the later one pictures that are cut out and landmarks.",
    bad: train("affectnet"),
    good,
  }),

  "data/no-face": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path}: the face cannot be cut out: ${h.reason}`,
    help: () => 'The picture is left out. With align: "none" the whole picture is used.',
    explanation: "A box that lies beside the picture, or landmarks on one point, show no face.",
    bad: train("affectnet"),
    good,
  }),
};
