/** How well a network does, in the field's usual figures. */
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";
import { calibrationOf } from "./calibration.js";

export interface ClassSummary {
  readonly name: string;
  /** Pictures of this class. */
  readonly samples: number;
  /** Share of the pictures of the class that were answered so; undefined where there are none. */
  readonly recall: number | undefined;
  /** Share of the answers of the class that are right; undefined where there are none. */
  readonly precision: number | undefined;
  /** Harmonic mean of the two: 2 right / (samples + answers); undefined where there are neither. */
  readonly f1: number | undefined;
}

export interface Summary {
  readonly samples: number;
  readonly accuracy: number;
  /** Mean of the recalls of the classes that have pictures: balanced accuracy. */
  readonly meanClassAccuracy: number;
  /** Mean of the classes' F1, over classes that have pictures or answers. */
  readonly macroF1: number;
  /** Expected calibration error (Guo et al. 2017): 15 bins of equal width by the probability of the answer. */
  readonly calibrationError: number;
  readonly perClass: readonly ClassSummary[];
  /** How often pictures of class i were answered as class j: [i][j]. */
  readonly confusion: readonly (readonly number[])[];
}

export function summaryOf({ classes, pictures }: Answers): Summary {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const picture of pictures) {
    const row = confusion[picture.label] as number[];
    const answer = answerOf(picture);
    row[answer] = (row[answer] as number) + 1;
  }
  const perClass = classes.map((name, c) => classSummary(name, c, confusion));
  return {
    samples: pictures.length,
    accuracy: share(sum(confusion.map((row, c) => row[c] as number)), pictures.length) ?? 0,
    meanClassAccuracy: meanClassAccuracy(confusion),
    macroF1: mean(perClass.flatMap(({ f1 }) => f1 ?? [])),
    calibrationError: calibrationError(pictures),
    perClass,
    confusion,
  };
}

/** Mean of the shares of right answers of the classes that have pictures, from counts [class][answer]. */
export const meanClassAccuracy = (confusion: readonly (readonly number[])[]): number =>
  mean(confusion.flatMap((row, c) => share(row[c] as number, sum(row)) ?? []));

function classSummary(name: string, c: number, confusion: readonly (readonly number[])[]): ClassSummary {
  const row = confusion[c] as readonly number[];
  const right = row[c] as number;
  const samples = sum(row);
  const answers = sum(confusion.map((each) => each[c] as number));
  return {
    name,
    samples,
    recall: share(right, samples),
    precision: share(right, answers),
    f1: share(2 * right, samples + answers),
  };
}

function calibrationError(pictures: readonly JudgedPicture[]): number {
  const apart = calibrationOf(pictures).map(({ right, sureness }) => Math.abs(right - sureness));
  return sum(apart) / Math.max(1, pictures.length);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
const share = (part: number, all: number): number | undefined => (all === 0 ? undefined : part / all);
