/** Labelled pictures of any origin, for training and evaluation. */

import type { Problem } from "../diagnostics/diagnostic.js";
import type { PicturePlace, ReadPicture } from "./picture-place.js";

export interface Sample {
  /** Its name in the data set: a file's path below the folder, with forward slashes. Random numbers are keyed by it. */
  readonly key: string;
  /** Its class: an index into the data set's classes. */
  readonly label: number;
  /** The training target: one share for each class, with sum 1. */
  readonly target: Float32Array;
  /** The person shown, if known: with a split by person, no person is on both sides. */
  readonly person?: string | undefined;
  /** A group of the data it belongs to, if known: a place, an age, a camera. */
  readonly group?: string | undefined;
  /**
   * Further tensors of the picture by name (landmarks, a mask, valence and arousal), each of the same length in all samples. No
   * data set provides any yet.
   */
  readonly tensors?: Readonly<Record<string, Float32Array>> | undefined;
}

export interface DataSet {
  /** For people: `folder faces`. */
  readonly description: string;
  /** In the model's order. */
  readonly classes: readonly string[];
  readonly training: readonly Sample[];
  /** The pictures on which epochs are evaluated. */
  readonly heldOut: readonly Sample[];
  /** Pictures for the final evaluation, if they differ from `heldOut`. */
  readonly test?: readonly Sample[] | undefined;
  /** Whether epochs are evaluated on the data's test part, because there is no other. */
  readonly heldOutIsTest?: boolean | undefined;
  /** Which pictures are held out, for people: `the folder test`, `20 % of each class, chosen by seed 0`. */
  readonly heldOutIs: string;
  /** Whether lferc drew them: then a run saves their names. */
  readonly heldOutWasDrawn: boolean;
  /** Problems that do not prevent training. */
  readonly warnings: readonly Problem[];
  read(sample: Sample): Promise<ReadPicture | Problem>;
  /** The place of its picture, if `read` is `readPlace` of it: then any thread can read it. Undefined if only `read` can. */
  place?(sample: Sample): PicturePlace | undefined;
}

/** One-hot targets, shared by all samples of a class. */
export function hardTargets(classCount: number): readonly Float32Array[] {
  return Array.from({ length: classCount }, (_, label) => {
    const target = new Float32Array(classCount);
    target[label] = 1;
    return target;
  });
}
