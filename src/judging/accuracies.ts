/** Accuracy and mean-class accuracy, each with its confidence interval. */
import { answerOf, type JudgedPicture } from "./answers.js";
import { type Interval, wilsonInterval } from "./interval.js";
import { bootstrapInterval, meanOfRecalls } from "./resampling.js";

export interface Accuracies {
  readonly samples: number;
  readonly accuracy: number;
  /** Wilson's. */
  readonly accuracyInterval: Interval;
  /** Over the classes that have pictures. */
  readonly meanClassAccuracy: number;
  /** Bootstrap over pictures, percentiles. */
  readonly meanClassAccuracyInterval: Interval;
}

/** Number of correct pictures of each class, then of wrong ones: {@link Accuracies} depend on nothing else. */
export type RightAndWrong = readonly number[];

export function countRightAndWrong(pictures: readonly JudgedPicture[], classCount: number): RightAndWrong {
  const counts = new Array<number>(2 * classCount).fill(0);
  for (const picture of pictures) {
    const kind = answerOf(picture) === picture.label ? picture.label : classCount + picture.label;
    counts[kind] = (counts[kind] as number) + 1;
  }
  return counts;
}

export function accuraciesOf(counts: RightAndWrong): Accuracies {
  const classCount = counts.length / 2;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const right = sum(counts.slice(0, classCount));
  const samples = sum(counts);
  const meanOf = (drawn: ArrayLike<number>): number =>
    meanOfRecalls(classCount, (c) => {
      const own = drawn[c] as number;
      return { right: own, all: own + (drawn[classCount + c] as number) };
    });
  return {
    samples,
    accuracy: samples === 0 ? 0 : right / samples,
    accuracyInterval: wilsonInterval(right, samples),
    meanClassAccuracy: meanOf(counts),
    meanClassAccuracyInterval: bootstrapInterval(counts, meanOf, "mean-class"),
  };
}
