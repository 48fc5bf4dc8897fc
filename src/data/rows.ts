/** Data as their files describe them, before anybody knows the model: what the reader of a layout gives, and `assemble.ts` takes. */
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Sample } from "./data-set.js";
import type { PicturePlace, ReadPicture } from "./picture-place.js";

/** What data sets are divided into: to learn from, to choose by, and for the last word. */
export type Part = "training" | "validation" | "test";

export const parts: readonly Part[] = ["training", "validation", "test"];

/** What tables and folders call the parts; FER2013 has a public and a private test, of which the first is for choosing. */
export const partNames: Readonly<Record<Part, readonly string[]>> = {
  training: ["train", "training"],
  validation: ["val", "valid", "validation", "publictest"],
  test: ["test", "testing", "privatetest"],
};

/** The part of that name, in any case. */
export const partNamed = (name: string): Part | undefined =>
  parts.find((part) => partNames[part].includes(name.trim().toLowerCase()));

/** One picture and what is said of it. */
export interface Row {
  /** What names it in its data set (see `Sample`): no two rows have the same. */
  readonly key: string;
  readonly part: Part;
  /** Its class, an index into its source's classes; of `shares` the largest, the first of several. */
  readonly class: number;
  /** A distribution over the source's classes, or votes: none is negative, their sum is more than 0. */
  readonly shares?: Float32Array | undefined;
  readonly person?: string | undefined;
  readonly group?: string | undefined;
  /** Its file, where several rows show the same one: they stay on one side of a split. */
  readonly file?: string | undefined;
  /** As a sample has them. */
  readonly tensors?: Sample["tensors"];
}

export interface RowSource {
  /** Where it is, for messages. */
  readonly path: string;
  /** For people: `folder faces`, `raf_db RAF-DB`. */
  readonly description: string;
  /** The classes as the data call them. */
  readonly classes: readonly string[];
  /** Whether they have an order of their own, which a model without labels takes; else its classes are in alphabetical order. */
  readonly isOrdered: boolean;
  readonly rows: readonly Row[];
  /** The parts that the data have themselves besides what is trained on, as people know them: `the folder val`. */
  readonly given: Readonly<Partial<Record<"validation" | "test", string>>>;
  /** What is odd about it without keeping anybody from training. */
  readonly warnings: readonly Problem[];
  read(key: string): Promise<ReadPicture | Problem>;
  /** As in a data set. */
  place?(key: string): PicturePlace | undefined;
}

/** What is wrong, all of it. */
export interface Refused {
  readonly kind: "refused";
  readonly problems: readonly Problem[];
}

export const refuse = (...problems: readonly Problem[]): Refused => ({ kind: "refused", problems });
