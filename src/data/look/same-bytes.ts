/** Files of the same bytes: the same picture more than once. */
import { byContent } from "../twin-pictures.js";

export interface Digested {
  readonly path: string;
  readonly label: string;
  readonly split: string;
  readonly digest: string;
}

export interface SameBytes<T> {
  /** Groups of two and more with members in several splits: what is judged by was trained on. */
  readonly acrossSplits: readonly (readonly T[])[];
  /** Those that stay in one split. */
  readonly withinSplit: readonly (readonly T[])[];
  /** Of both, those that are called by several names. */
  readonly twoLabels: readonly (readonly T[])[];
}

/** Pictures that are there more than once, in the order of the first of each. */
export function sameBytes<T extends Digested>(pictures: Iterable<T>): SameBytes<T> {
  const groups = [...byContent(pictures, (picture) => picture).values()].filter(({ length }) => length > 1);
  const several = (group: readonly T[], of: (picture: T) => string): boolean => new Set(group.map(of)).size > 1;
  return {
    acrossSplits: groups.filter((group) => several(group, ({ split }) => split)),
    withinSplit: groups.filter((group) => !several(group, ({ split }) => split)),
    twoLabels: groups.filter((group) => several(group, ({ label }) => label)),
  };
}
