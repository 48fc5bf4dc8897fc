/** Several runs of one recipe: each is trained on all parts of the training pictures but one, and evaluated on that one. */
import type { DataSet, Sample } from "../data/data-set.js";
import { drawnOrder, type Halves } from "../data/held-out.js";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { randomStream } from "../random/stream.js";
import type { TrainingPlan } from "./plan.js";

/** One part of several; `index` counts from 1. */
export interface Fold {
  readonly index: number;
  readonly of: number;
}

/**
 * For each sample its part, from 1, drawn by the seed and the samples' own names. For each class, the sizes of the parts differ
 * by at most one; if persons are kept together, all of a person's pictures are in one part.
 */
export function partsOf(
  samples: readonly Sample[],
  of: number,
  seed: number,
  byPerson: boolean,
): ReadonlyMap<Sample, number> {
  return byPerson ? partsByPerson(samples, of, seed) : partsByPicture(samples, of, seed);
}

function partsByPicture(samples: readonly Sample[], of: number, seed: number): Map<Sample, number> {
  const parts = new Map<Sample, number>();
  // The next class continues at the part after the last one; otherwise the first parts would be larger.
  let next = 0;
  for (const own of groupsOf(samples, ({ label }) => label).values()) {
    for (const sample of drawnOrder(own, seed, "fold")) parts.set(sample, (next++ % of) + 1);
  }
  return parts;
}

/** Persons with many pictures first; each goes to the part with the fewest pictures of the person's classes. */
function partsByPerson(samples: readonly Sample[], of: number, seed: number): Map<Sample, number> {
  const known = samples.filter(({ person }) => person !== undefined);
  const parts = partsByPicture(
    samples.filter(({ person }) => person === undefined),
    of,
    seed,
  );
  const persons = [...groupsOf(known, ({ person }) => person ?? "")]
    .map(([name, own]) => ({ name, own, rank: randomStream(seed, `fold-person.${name}`).uniform() }))
    .sort((a, b) => b.own.length - a.own.length || a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const counts = Array.from({ length: of }, () => new Map<number, number>());
  for (const { own } of persons) {
    // Number of a part's pictures of the person's classes, weighted by the person's own counts.
    const weight = (part: number): number => own.reduce((sum, { label }) => sum + (counts[part]?.get(label) ?? 0), 0);
    const best = counts.reduce((found, _, part) => (weight(part) < weight(found) ? part : found), 0);
    for (const sample of own) {
      parts.set(sample, best + 1);
      const part = counts[best] as Map<number, number>;
      part.set(sample.label, (part.get(sample.label) ?? 0) + 1);
    }
  }
  return parts;
}

function groupsOf<K>(samples: readonly Sample[], keyOf: (sample: Sample) => K): ReadonlyMap<K, readonly Sample[]> {
  const groups = new Map<K, Sample[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [sample]);
    else own.push(sample);
  }
  return groups;
}

/** The data set of one of the runs. Pictures that the data set itself holds out are seen by none of them. */
export function foldOf(set: DataSet, { seed, recipe }: TrainingPlan, fold: Fold): DataSet | Problem {
  const byPerson = recipe.settings.data.fields.hold_out === "by person";
  const parts = partsOf(set.training, fold.of, seed, byPerson);
  const isOwn = (sample: Sample): boolean => parts.get(sample) === fold.index;
  const halves: Halves = {
    training: set.training.filter((sample) => !isOwn(sample)),
    heldOut: set.training.filter(isOwn),
  };
  // Checks all parts now, so that no run is trained in vain.
  if (new Set(parts.values()).size < fold.of) {
    return problem("train/empty-fold", { of: fold.of, pictures: set.training.length });
  }
  return {
    ...set,
    ...halves,
    heldOutIs: `part ${fold.index} of ${fold.of} of the training pictures, chosen by seed ${seed}${byPerson ? ", each person in one part" : ""}`,
    heldOutWasDrawn: true,
    // Notes about the data are reported once.
    warnings: [...(fold.index === 1 ? set.warnings : []), ...unseenClasses(set, halves, fold)],
  };
}

/** Classes whose pictures are all in one part: the run that is evaluated on it never learns them. */
function unseenClasses({ classes }: DataSet, { training, heldOut }: Halves, fold: Fold): readonly Problem[] {
  const learnt = new Set(training.map(({ label }) => label));
  const unseen = [...new Set(heldOut.map(({ label }) => label))].filter((label) => !learnt.has(label));
  if (unseen.length === 0) return [];
  const names = unseen.toSorted((a, b) => a - b).map((label) => classes[label] ?? `class ${label}`);
  return [problem("train/fold-without-class", { ...fold, classes: names })];
}
