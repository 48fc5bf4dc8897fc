/**
 * Which layers stay float32 so that a quantised model is as good as asked: the most sensitive ones, as many as measuring shows to be
 * needed; then each of them is tried as int8 again, the least sensitive first.
 */

export interface Ranked {
  readonly name: string;
  /** The share of the margin that rounding the layer moves. */
  readonly sensitivity: number;
}

/** A measurement of a model in which some layers are float32. */
export interface Measured {
  readonly isEnough: boolean;
  /** The share of pictures with the same answer as float32. */
  readonly agreement: number;
}

export interface ChosenLayers {
  readonly inFloat: ReadonlySet<string>;
  readonly measured: Measured;
  /** For each layer that stays float32, the agreement with it as int8, if it was tried. */
  readonly withIt: ReadonlyMap<string, number>;
}

/** Each takes as long as an evaluation. */
const mostTries = 12;

/** Undefined if not even the most sensitive layers but one are enough. */
export async function chooseLayers(
  layers: readonly Ranked[],
  measure: (inFloat: ReadonlySet<string>) => Promise<Measured>,
): Promise<ChosenLayers | undefined> {
  const ranked = layers.toSorted((a, b) => b.sensitivity - a.sensitivity || (a.name < b.name ? -1 : 1));
  const first = (count: number): ReadonlySet<string> => new Set(ranked.slice(0, count).map(({ name }) => name));
  const all = await measure(new Set());
  if (all.isEnough) return { inFloat: new Set(), measured: all, withIt: new Map() };
  let enough: { readonly count: number; readonly measured: Measured } | undefined;
  let tooFew = 0;
  for (
    let count = 1;
    enough === undefined && tooFew < ranked.length - 1;
    count = Math.min(2 * count, ranked.length - 1)
  ) {
    const measured = await measure(first(count));
    if (measured.isEnough) enough = { count, measured };
    else tooFew = count;
  }
  if (enough === undefined) return undefined;
  while (enough.count - tooFew > 1) {
    const count = Math.floor((enough.count + tooFew) / 2);
    const measured = await measure(first(count));
    if (measured.isEnough) enough = { count, measured };
    else tooFew = count;
  }
  let { measured } = enough;
  const inFloat = new Set(first(enough.count));
  const withIt = new Map<string, number>();
  for (const { name } of ranked.slice(0, enough.count).reverse().slice(0, mostTries)) {
    const fewer = new Set([...inFloat].filter((other) => other !== name));
    const found = await measure(fewer);
    if (found.isEnough && fewer.size > 0) {
      inFloat.delete(name);
      measured = found;
    } else withIt.set(name, found.agreement);
  }
  return { inFloat, measured, withIt };
}
