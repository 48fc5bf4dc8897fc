/** Whether one recipe is better than another: several trainings of each, all evaluated on the same pictures. */
import { type Answers, answerOf } from "../src/judging/answers.js";
import type { Difference } from "../src/judging/comparison.js";
import { bootstrapInterval, meanOfRecalls } from "../src/judging/resampling.js";
import { randomStream } from "../src/random/stream.js";

export interface SeedsComparison {
  readonly samples: number;
  /** The second's mean over its trainings minus the first's. */
  readonly accuracy: Difference;
  readonly meanClassAccuracy: Difference;
}

/**
 * The interval is by the bootstrap over pictures and trainings. Pictures are drawn with replacement, the same for all trainings.
 * Trainings are drawn with replacement for each side separately, since seed 0 of one side is unrelated to seed 0 of the other.
 * Few trainings show little of the variation between trainings: for n of them, the bootstrap sees (n - 1) / n of it.
 */
export function compareSeeds(first: readonly Answers[], second: readonly Answers[]): SeedsComparison {
  const runs = [...first, ...second];
  const [model] = runs;
  if (model === undefined || first.length === 0 || second.length === 0) throw new Error("nothing to compare");
  const classCount = model.classes.length;
  const tables = runs.map((run) => answersByKey(run, model));
  // Groups of equal pictures: of one class, and predicted correctly in the same trainings.
  const patterns = new Map<string, { readonly label: number; readonly right: readonly boolean[]; count: number }>();
  for (const { key, label } of model.pictures) {
    const right = tables.map((table) => table.get(key) === label);
    const name = `${label} ${right.map(Number).join("")}`;
    const known = patterns.get(name);
    if (known === undefined) patterns.set(name, { label, right, count: 1 });
    else known.count++;
  }
  const kinds = [...patterns.values()];
  const counts = kinds.map(({ count }) => count);
  const all = first.map((_, i) => i);
  const others = second.map((_, i) => first.length + i);

  /** The gain of a picture in each group: the share of correct predictions by the second's trainings minus that by the first's. */
  const gainsOf = (one: readonly number[], two: readonly number[]): readonly number[] =>
    kinds.map(({ right }) => {
      const share = (of: readonly number[]): number => of.filter((run) => right[run]).length / of.length;
      return share(two) - share(one);
    });
  const accuracyBy = (gains: readonly number[], drawn: ArrayLike<number>): number => {
    let [gained, samples] = [0, 0];
    for (let k = 0; k < kinds.length; k++) {
      gained += (drawn[k] as number) * (gains[k] as number);
      samples += drawn[k] as number;
    }
    return gained / samples;
  };
  const meanClassBy = (gains: readonly number[], drawn: ArrayLike<number>): number => {
    const [gained, samples] = [new Float64Array(classCount), new Float64Array(classCount)];
    kinds.forEach(({ label }, k) => {
      gained[label] = (gained[label] as number) + (drawn[k] as number) * (gains[k] as number);
      samples[label] = (samples[label] as number) + (drawn[k] as number);
    });
    return meanOfRecalls(classCount, (c) => ({ right: gained[c] as number, all: samples[c] as number }));
  };
  const differenceBy = (figure: typeof accuracyBy, key: string): Difference => {
    const random = randomStream(0, `trainings.${key}`);
    const drawnOf = (of: readonly number[]): readonly number[] =>
      of.map(() => of[Math.floor(random.uniform() * of.length)] as number);
    return {
      value: figure(gainsOf(all, others), counts),
      interval: bootstrapInterval(counts, (drawn) => figure(gainsOf(drawnOf(all), drawnOf(others)), drawn), key),
    };
  };
  return {
    samples: model.pictures.length,
    accuracy: differenceBy(accuracyBy, "seeds.accuracy"),
    meanClassAccuracy: differenceBy(meanClassBy, "seeds.mean-class"),
  };
}

/** The predictions of a training by picture, as the model's class indices; for exactly the same pictures and labels. */
function answersByKey({ classes, pictures }: Answers, model: Answers): ReadonlyMap<string, number> {
  const place = classes.map((name) => model.classes.indexOf(name));
  if (place.includes(-1) || classes.length !== model.classes.length)
    throw new Error("the trainings have other classes");
  const labels = new Map(pictures.map(({ key, label }) => [key, place[label]] as const));
  const isSame =
    labels.size === model.pictures.length && model.pictures.every(({ key, label }) => labels.get(key) === label);
  if (!isSame || pictures.length !== labels.size) throw new Error("the trainings were not judged by the same pictures");
  return new Map(pictures.map((picture) => [picture.key, place[answerOf(picture)] as number] as const));
}
