/** How far a model's predictions are those of another one, picture by picture. */
import { answerOf } from "./answers.js";

export interface Agreement {
  readonly pictures: number;
  /** Pictures for which both predict the same class. */
  readonly agreeing: number;
  /** Mean Kullback-Leibler divergence of the second model's probabilities from the first's, in nats. */
  readonly divergence: number;
  /** Correct predictions of each. */
  readonly right: readonly [number, number];
}

/** Probabilities that are rounded to zero would make the divergence infinite. */
const leastProbability = 1e-12;

/** Compares probabilities [pictures, classes]; `labels` are the pictures' classes. */
export function agreementOf(
  first: Float64Array,
  second: Float64Array,
  labels: readonly number[],
  classCount: number,
): Agreement {
  let [agreeing, divergence, rightFirst, rightSecond] = [0, 0, 0, 0];
  for (const [i, label] of labels.entries()) {
    const own = first.subarray(i * classCount, (i + 1) * classCount);
    const other = second.subarray(i * classCount, (i + 1) * classCount);
    const [one, two] = [answerOf({ probabilities: own }), answerOf({ probabilities: other })];
    if (one === two) agreeing++;
    if (one === label) rightFirst++;
    if (two === label) rightSecond++;
    for (let c = 0; c < classCount; c++) {
      const p = own[c] as number;
      if (p > 0) divergence += p * Math.log(p / Math.max(leastProbability, other[c] as number));
    }
  }
  const pictures = labels.length;
  return { pictures, agreeing, divergence: divergence / Math.max(1, pictures), right: [rightFirst, rightSecond] };
}
