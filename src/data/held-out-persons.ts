import { randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";
import type { Halves } from "./held-out.js";

interface Person {
  readonly rank: number;
  readonly name: string;
  /** Pictures by class. */
  readonly counts: ReadonlyMap<number, number>;
}

/** Looks at all persons again this often at most; where nothing changes any more it ends before. */
const rounds = 8;

/**
 * Holds out persons with all of their pictures, so that of each class a share near `share` is held out and training keeps some.
 * Persons come in an order that depends on the seed and their own names; one is held out, or taken back, where that brings the
 * classes' shares nearer. Samples without a person are trained on.
 */
export function holdOutPersons(samples: readonly Sample[], seed: number, share: number): Halves {
  const persons = personsOf(samples, seed);
  const all = new Map<number, number>();
  for (const { label } of samples) all.set(label, (all.get(label) ?? 0) + 1);
  const held = new Map<number, number>();
  const out = new Set<Person>();
  /** How far the person's classes are from their shares once it has changed sides, less how far they are now. */
  const change = ({ counts }: Person, sign: 1 | -1): number => {
    let difference = 0;
    for (const [label, count] of counts) {
      const total = all.get(label) ?? 0;
      const before = held.get(label) ?? 0;
      const after = before + sign * count;
      if (after >= total) return Number.POSITIVE_INFINITY;
      difference += (after / total - share) ** 2 - (before / total - share) ** 2;
    }
    return difference;
  };
  for (let round = 0, changed = true; changed && round < rounds; round++) {
    changed = false;
    for (const person of persons) {
      const sign = out.has(person) ? -1 : 1;
      if (change(person, sign) >= 0) continue;
      for (const [label, count] of person.counts) held.set(label, (held.get(label) ?? 0) + sign * count);
      if (sign === 1) out.add(person);
      else out.delete(person);
      changed = true;
    }
  }
  const names = new Set([...out].map(({ name }) => name));
  const isOut = ({ person }: Sample): boolean => person !== undefined && names.has(person);
  return { training: samples.filter((sample) => !isOut(sample)), heldOut: samples.filter(isOut) };
}

function personsOf(samples: readonly Sample[], seed: number): readonly Person[] {
  const counts = new Map<string, Map<number, number>>();
  for (const { person, label } of samples) {
    if (person === undefined) continue;
    const own = counts.get(person) ?? new Map<number, number>();
    counts.set(person, own.set(label, (own.get(label) ?? 0) + 1));
  }
  return [...counts]
    .map(([name, own]) => ({ name, counts: own, rank: randomStream(seed, `held-out-person.${name}`).uniform() }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}
