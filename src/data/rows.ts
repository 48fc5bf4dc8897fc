/** Data as described by their files, without a model: the output of a layout's reader, and the input of `assemble.ts`. */
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Sample } from "./data-set.js";
import type { PicturePlace, ReadPicture } from "./picture-place.js";

/** The parts of data sets: for training, for choosing the best epoch, for the final evaluation. */
export type Part = "training" | "validation" | "test";

export const parts: readonly Part[] = ["training", "validation", "test"];

/** Names of the parts in tables and folders. FER2013 has a public and a private test, of which the first is used as validation. */
export const partNames: Readonly<Record<Part, readonly string[]>> = {
  training: ["train", "training"],
  validation: ["val", "valid", "validation", "publictest"],
  test: ["test", "testing", "privatetest"],
};

/** The part with that name, ignoring case. */
export const partNamed = (name: string): Part | undefined =>
  parts.find((part) => partNames[part].includes(name.trim().toLowerCase()));

/** One picture and its annotations. */
export interface Row {
  /** Its name in the data set (see `Sample`), unique among the rows. */
  readonly key: string;
  readonly part: Part;
  /** Its class, an index into the source's classes; for `shares` the largest, the first of several. */
  readonly class: number;
  /** A distribution over the source's classes, or votes: not negative, with a sum above 0. */
  readonly shares?: Float32Array | undefined;
  readonly person?: string | undefined;
  readonly group?: string | undefined;
  /** Its file, if several rows use the same one: they stay on one side of a split. */
  readonly file?: string | undefined;
  /** As in a sample. */
  readonly tensors?: Sample["tensors"];
}

export interface RowSource {
  /** Its path, for messages. */
  readonly path: string;
  /** For people: `folder faces`, `raf_db RAF-DB`. */
  readonly description: string;
  /** The class names in the data. */
  readonly classes: readonly string[];
  /** Whether they have an order of their own, for a model without labels; otherwise that order is alphabetical. */
  readonly isOrdered: boolean;
  readonly rows: readonly Row[];
  /** The data's own parts other than training, with names for people: `the folder val`. */
  readonly given: Readonly<Partial<Record<"validation" | "test", string>>>;
  /** Problems that do not prevent training. */
  readonly warnings: readonly Problem[];
  read(key: string): Promise<ReadPicture | Problem>;
  /** As in a data set. */
  place?(key: string): PicturePlace | undefined;
}

/** All problems. */
export interface Refused {
  readonly kind: "refused";
  readonly problems: readonly Problem[];
}

export const refuse = (...problems: readonly Problem[]): Refused => ({ kind: "refused", problems });
