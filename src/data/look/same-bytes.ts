/** Files with equal bytes: the same picture several times. */
import { byContent } from "../twin-pictures.js";

export interface Digested {
  readonly path: string;
  readonly label: string;
  readonly split: string;
  readonly digest: string;
}

export interface SameBytes<T> {
  /** Groups of two or more with members in several splits: evaluation pictures that are trained on. */
  readonly acrossSplits: readonly (readonly T[])[];
  /** Groups within one split. */
  readonly withinSplit: readonly (readonly T[])[];
  /** Groups of either kind with several labels. */
  readonly twoLabels: readonly (readonly T[])[];
}

/** Duplicate pictures, in the order of the first of each group. */
export function sameBytes<T extends Digested>(pictures: Iterable<T>): SameBytes<T> {
  const groups = [...byContent(pictures, (picture) => picture).values()].filter(({ length }) => length > 1);
  const several = (group: readonly T[], of: (picture: T) => string): boolean => new Set(group.map(of)).size > 1;
  return {
    acrossSplits: groups.filter((group) => several(group, ({ split }) => split)),
    withinSplit: groups.filter((group) => !several(group, ({ split }) => split)),
    twoLabels: groups.filter((group) => several(group, ({ label }) => label)),
  };
}
