import { randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";
import { type Halves, heldOutOf } from "./held-out.js";

/** Samples that stay on one side: all of a person, or of a file. */
interface Unit {
  readonly rank: number;
  readonly name: string;
  /** Pairs of a class and its number of samples in this unit. */
  readonly counts: readonly number[];
}

/** Maximum number of passes over all units; it ends earlier if nothing changes. */
const rounds = 8;

/**
 * Holds out whole units, so that the held-out share of each class is near `share` and training keeps some. Units come in an
 * order that depends on the seed and their names; a unit changes sides if that brings the classes' shares closer to the goal.
 * Samples without a unit stay in training. Both halves keep their order.
 */
export function holdOutTogether(
  samples: readonly Sample[],
  unitOf: (sample: Sample) => string | undefined,
  seed: number,
  share: number,
): Halves {
  const all: number[] = [];
  for (const { label } of samples) all[label] = (all[label] ?? 0) + 1;
  const held: number[] = all.map(() => 0);
  const goals = all.map((total) => heldOutOf(total, share));
  const out = new Set<string>();
  /** How much the distance of the unit's classes from their goals changes if it changes sides. */
  const change = ({ counts }: Unit, sign: 1 | -1): number => {
    let difference = 0;
    for (let i = 0; i < counts.length; i += 2) {
      const label = counts[i] as number;
      const total = all[label] as number;
      const before = held[label] as number;
      const after = before + sign * (counts[i + 1] as number);
      if (after >= total) return Number.POSITIVE_INFINITY;
      const goal = goals[label] as number;
      difference += ((after - goal) / total) ** 2 - ((before - goal) / total) ** 2;
    }
    return difference;
  };
  const units = unitsOf(samples, unitOf, seed);
  for (let round = 0, changed = true; changed && round < rounds; round++) {
    changed = false;
    for (const unit of units) {
      const sign = out.has(unit.name) ? -1 : 1;
      if (change(unit, sign) >= 0) continue;
      for (let i = 0; i < unit.counts.length; i += 2) {
        const label = unit.counts[i] as number;
        held[label] = (held[label] as number) + sign * (unit.counts[i + 1] as number);
      }
      if (sign === 1) out.add(unit.name);
      else out.delete(unit.name);
      changed = true;
    }
  }
  const isOut = (sample: Sample): boolean => out.has(unitOf(sample) ?? "") && unitOf(sample) !== undefined;
  return { training: samples.filter((sample) => !isOut(sample)), heldOut: samples.filter(isOut) };
}

function unitsOf(
  samples: readonly Sample[],
  unitOf: (sample: Sample) => string | undefined,
  seed: number,
): readonly Unit[] {
  const counted = new Map<string, number[]>();
  for (const sample of samples) {
    const name = unitOf(sample);
    if (name === undefined) continue;
    const counts = counted.get(name);
    if (counts === undefined) {
      counted.set(name, [sample.label, 1]);
      continue;
    }
    let at = 0;
    while (at < counts.length && counts[at] !== sample.label) at += 2;
    if (at === counts.length) counts.push(sample.label, 1);
    else counts[at + 1] = (counts[at + 1] as number) + 1;
  }
  return [...counted]
    .map(([name, counts]) => ({ name, counts, rank: randomStream(seed, `held-out-together.${name}`).uniform() }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}
