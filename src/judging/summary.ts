/** The usual metrics of a classifier. */
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";
import { calibrationOf } from "./calibration.js";

export interface ClassSummary {
  readonly name: string;
  /** Number of pictures of this class. */
  readonly samples: number;
  /** Share of the class' pictures that are predicted correctly; undefined without pictures. */
  readonly recall: number | undefined;
  /** Share of the class' predictions that are correct; undefined without predictions. */
  readonly precision: number | undefined;
  /** Harmonic mean of the two: 2 correct / (samples + predictions); undefined without both. */
  readonly f1: number | undefined;
}

export interface Summary {
  readonly samples: number;
  readonly accuracy: number;
  /** Mean recall of the classes with pictures: balanced accuracy. */
  readonly meanClassAccuracy: number;
  /** Mean of the classes' F1, over classes with pictures or predictions. */
  readonly macroF1: number;
  /** Expected calibration error (Guo et al. 2017): 15 bins of equal width by the probability of the prediction. */
  readonly calibrationError: number;
  readonly perClass: readonly ClassSummary[];
  /** Number of pictures of class i predicted as class j: [i][j]. Computed on demand: for 12,000 classes it takes a gigabyte. */
  readonly confusion: readonly (readonly number[])[];
}

export function summaryOf(answers: Answers): Summary {
  const { classes, pictures } = answers;
  const none = (): number[] => classes.map(() => 0);
  const [samples, answered, right] = [none(), none(), none()];
  const count = (counts: number[], c: number): void => {
    counts[c] = (counts[c] as number) + 1;
  };
  for (const picture of pictures) {
    const answer = answerOf(picture);
    count(samples, picture.label);
    count(answered, answer);
    if (answer === picture.label) count(right, answer);
  }
  const perClass = classes.map((name, c): ClassSummary => {
    const [all, said, own] = [samples[c] as number, answered[c] as number, right[c] as number];
    return {
      name,
      samples: all,
      recall: share(own, all),
      precision: share(own, said),
      f1: share(2 * own, all + said),
    };
  });
  let confusion: readonly (readonly number[])[] | undefined;
  return {
    samples: pictures.length,
    accuracy: share(sum(right), pictures.length) ?? 0,
    meanClassAccuracy: mean(perClass.flatMap(({ recall }) => recall ?? [])),
    macroF1: mean(perClass.flatMap(({ f1 }) => f1 ?? [])),
    calibrationError: calibrationError(pictures),
    perClass,
    get confusion() {
      confusion ??= confusionOf(answers);
      return confusion;
    },
  };
}

function confusionOf({ classes, pictures }: Answers): readonly (readonly number[])[] {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const picture of pictures) {
    const row = confusion[picture.label] as number[];
    const answer = answerOf(picture);
    row[answer] = (row[answer] as number) + 1;
  }
  return confusion;
}

function calibrationError(pictures: readonly JudgedPicture[]): number {
  const apart = calibrationOf(pictures).map(({ right, sureness }) => Math.abs(right - sureness));
  return sum(apart) / Math.max(1, pictures.length);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
const share = (part: number, all: number): number | undefined => (all === 0 ? undefined : part / all);
