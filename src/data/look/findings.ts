/** Findings about a data set whose pictures were inspected; pure. */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { LyingSet } from "./as-it-lies.js";
import type { BadPicture, GoodPicture, SeenPicture } from "./inspect.js";
import { type SameBytes, sameBytes } from "./same-bytes.js";

export type Size = readonly [width: number, height: number];

export interface Findings {
  readonly good: readonly GoodPicture[];
  readonly bad: readonly BadPicture[];
  /** Good pictures by class, then by split; every class has every split. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By area; undefined if no picture is good. */
  readonly sizes: { readonly smallest: Size; readonly median: Size; readonly largest: Size } | undefined;
  /** Number of good pictures with a side below the given number of pixels. */
  readonly small: number;
  readonly formats: ReadonlyMap<string, number>;
  readonly grey: number;
  readonly same: SameBytes<GoodPicture>;
  readonly persons: number;
  readonly groups: number;
  /** Persons who are in more than one split, with the splits. */
  readonly onSeveralSides: ReadonlyMap<string, readonly string[]>;
}

export function findingsOf(set: LyingSet, pictures: readonly SeenPicture[], leastSide: number): Findings {
  const good = pictures.filter((picture) => picture.kind === "good");
  const counts = new Map(set.classes.map((label) => [label, new Map(set.splits.map((split) => [split, 0]))]));
  const formats = new Map<string, number>();
  const persons = new Map<string, Set<string>>();
  for (const { label, split, format, person } of good) {
    const own = counts.get(label);
    own?.set(split, (own.get(split) ?? 0) + 1);
    formats.set(format, (formats.get(format) ?? 0) + 1);
    if (person === undefined) continue;
    const sides = persons.get(person);
    if (sides === undefined) persons.set(person, new Set([split]));
    else sides.add(split);
  }
  const byArea = good.toSorted((a, b) => a.width * a.height - b.width * b.height || a.width - b.width);
  const sizeAt = (at: number): Size => {
    const { width = 0, height = 0 } = byArea[at] ?? {};
    return [width, height];
  };
  return {
    good,
    bad: pictures.filter((picture) => picture.kind === "bad"),
    counts,
    sizes:
      byArea.length === 0
        ? undefined
        : { smallest: sizeAt(0), median: sizeAt(byArea.length >> 1), largest: sizeAt(byArea.length - 1) },
    small: good.filter(({ width, height }) => Math.min(width, height) < leastSide).length,
    formats,
    grey: good.filter(({ isGrey }) => isGrey).length,
    same: sameBytes(good),
    persons: persons.size,
    groups: new Set(good.flatMap(({ group }) => group ?? [])).size,
    onSeveralSides: new Map([...persons].flatMap(([who, sides]) => (sides.size > 1 ? [[who, [...sides]]] : []))),
  };
}

/** With fewer training pictures, a class can hardly be learnt from scratch. */
const fewPictures = 20;

/** Ratio of the commonest to the rarest class above which a warning is reported. */
const imbalance = 10;

/** Bad pictures named individually. */
const namedAtMost = 10;

/** The warnings that matter before training. */
export function warningsOf(path: string, set: LyingSet, found: Findings, leastSide: number): readonly Problem[] {
  const { good, bad, counts, same } = found;
  const all = good.length + bad.length;
  const warnings: Problem[] = bad.slice(0, namedAtMost).map((each) => each.problem);
  if (bad.length > 0) warnings.push(problem("look/bad-pictures", { path, bad: bad.length, all, named: namedAtMost }));
  warnings.push(...set.warnings);
  const [training = ""] = set.splits;
  const trained = [...counts].map(([label, own]) => ({ label, count: own.get(training) ?? 0 }));
  for (const split of set.splits) {
    const missing = [...counts].filter(([, own]) => own.get(split) === 0).map(([label]) => label);
    if (missing.length > 0)
      warnings.push(problem("data/missing-classes", { path, part: split || "readable", classes: missing }));
  }
  const few = trained.filter(({ count }) => count > 0 && count < fewPictures);
  if (few.length > 0) warnings.push(problem("look/few-pictures", { path, classes: few, least: fewPictures }));
  const sorted = trained.filter(({ count }) => count > 0).sort((a, b) => a.count - b.count);
  const [rarest, commonest] = [sorted[0], sorted.at(-1)];
  if (rarest !== undefined && commonest !== undefined && commonest.count > imbalance * rarest.count) {
    warnings.push(problem("look/imbalance", { path, rarest, commonest }));
  }
  const pathsOf = (group: readonly GoodPicture[] | undefined): readonly string[] =>
    (group ?? []).map((picture) => picture.path);
  for (const [code, groups] of [
    ["look/same-across-splits", same.acrossSplits],
    ["look/same-within-split", same.withinSplit],
    ["look/two-labels", same.twoLabels],
  ] as const) {
    if (groups.length > 0) warnings.push(problem(code, { path, count: groups.length, paths: pathsOf(groups[0]) }));
  }
  if (found.onSeveralSides.size > 0) {
    const [who = "", sides = []] = [...found.onSeveralSides][0] ?? [];
    warnings.push(problem("look/person-on-several-sides", { path, count: found.onSeveralSides.size, who, sides }));
  }
  if (found.grey > 0 && found.grey < good.length) {
    warnings.push(problem("look/grey-among-colours", { path, grey: found.grey, all: good.length }));
  }
  if (found.small > 0)
    warnings.push(problem("look/small-pictures", { path, small: found.small, all: good.length, side: leastSide }));
  return warnings;
}
