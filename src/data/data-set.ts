/** Labelled pictures, wherever they come from: what training draws from and what it is held to. */

import type { Problem } from "../diagnostics/diagnostic.js";
import type { PicturePlace, ReadPicture } from "./picture-place.js";

export interface Sample {
  /** What names it in its data set: a file's path below the folder, with forward slashes. Randomness is keyed by it. */
  readonly key: string;
  /** Its class: an index into the data set's classes. */
  readonly label: number;
  /** What the network should say of it: one share for each class, their sum 1. */
  readonly target: Float32Array;
  /** Who is shown, where the data say so: nobody stands on both sides of a split by person. */
  readonly person?: string | undefined;
  /** Which part of the data it belongs to, where they say so: a place, an age, a camera. */
  readonly group?: string | undefined;
  /**
   * Further tensors of the picture by name (landmarks, a mask, valence and arousal), each of the same length in all samples. No
   * data set gives any yet: this is where they will stand, beside the label and never in it.
   */
  readonly tensors?: Readonly<Record<string, Float32Array>> | undefined;
}

export interface DataSet {
  /** For people: `folder faces`. */
  readonly description: string;
  /** In the model's order. */
  readonly classes: readonly string[];
  readonly training: readonly Sample[];
  /** What epochs are judged by. */
  readonly heldOut: readonly Sample[];
  /** What is left alone until the end, where there is more than what epochs are judged by. */
  readonly test?: readonly Sample[] | undefined;
  /** Whether epochs are judged by the data's own test part, for want of another. */
  readonly heldOutIsTest?: boolean | undefined;
  /** Which pictures are held out, for people: `the folder test`, `20 % of each class, chosen by seed 0`. */
  readonly heldOutIs: string;
  /** Whether we chose them ourselves: then a run keeps their names. */
  readonly heldOutWasDrawn: boolean;
  /** What is odd about it without keeping anybody from training. */
  readonly warnings: readonly Problem[];
  read(sample: Sample): Promise<ReadPicture | Problem>;
  /** Where its picture lies, if `read` is `readPlace` of that: then any thread can read it. Undefined where only `read` knows. */
  place?(sample: Sample): PicturePlace | undefined;
}

/** The targets of hard labels, shared by all samples of a class. */
export function hardTargets(classCount: number): readonly Float32Array[] {
  return Array.from({ length: classCount }, (_, label) => {
    const target = new Float32Array(classCount);
    target[label] = 1;
    return target;
  });
}
