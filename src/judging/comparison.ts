/** Compares two networks on the same pictures, by the paired bootstrap. */
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";
import type { Interval } from "./interval.js";
import { bootstrapInterval, meanOfRecalls } from "./resampling.js";

export interface Difference {
  /** The second metric minus the first. */
  readonly value: number;
  readonly interval: Interval;
}

export interface Comparison {
  readonly samples: number;
  readonly accuracy: Difference;
  readonly meanClassAccuracy: Difference;
  /** Pictures that only one of the two predicts correctly. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
}

/** Why two sets of predictions are not for the same pictures. */
export interface Unpaired {
  readonly kind: "unpaired";
  /** Classes that only one of them has. */
  readonly classes: readonly string[];
  /** Pictures that only one of them has. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Pictures with different classes. */
  readonly otherClass: readonly string[];
}

/** Compares two networks; classes and pictures are matched by name. */
export function compareAnswers(first: Answers, second: Answers): Comparison | Unpaired {
  const pairs = pairUp(first, second);
  if ("kind" in pairs) return pairs;
  const classCount = first.classes.length;
  // Kinds of pictures within a class: both correct, only the first, only the second, neither.
  const kinds = new Array<number>(4 * classCount).fill(0);
  for (const [a, b] of pairs) {
    const [isFirst, isSecond] = [a, b].map((picture) => answerOf(picture) === picture.label);
    const kind = 4 * a.label + (isFirst ? (isSecond ? 0 : 1) : isSecond ? 2 : 3);
    kinds[kind] = (kinds[kind] as number) + 1;
  }
  const of = (counts: ArrayLike<number>, c: number) => {
    const [both, one, two, neither] = [0, 1, 2, 3].map((kind) => counts[4 * c + kind] as number) as [
      number,
      number,
      number,
      number,
    ];
    return { gained: two - one, all: both + one + two + neither };
  };
  const accuracy = (counts: ArrayLike<number>): number => {
    let gained = 0;
    for (let c = 0; c < classCount; c++) gained += of(counts, c).gained;
    return pairs.length === 0 ? 0 : gained / pairs.length;
  };
  const meanClass = (counts: ArrayLike<number>): number =>
    meanOfRecalls(classCount, (c) => {
      const { gained, all } = of(counts, c);
      return { right: gained, all };
    });
  const sumOf = (kind: number): number => first.classes.reduce((sum, _, c) => sum + (kinds[4 * c + kind] as number), 0);
  return {
    samples: pairs.length,
    accuracy: { value: accuracy(kinds), interval: bootstrapInterval(kinds, accuracy, "paired.accuracy") },
    meanClassAccuracy: { value: meanClass(kinds), interval: bootstrapInterval(kinds, meanClass, "paired.mean-class") },
    onlyFirst: sumOf(1),
    onlySecond: sumOf(2),
  };
}

function pairUp(first: Answers, second: Answers): readonly (readonly [JudgedPicture, JudgedPicture])[] | Unpaired {
  const nameOf = ({ classes }: Answers, label: number): string => (classes[label] ?? "").normalize("NFC");
  const namesOf = (answers: Answers): readonly string[] => answers.classes.map((_, label) => nameOf(answers, label));
  const lacks = (a: Answers, b: Answers): readonly string[] => namesOf(a).filter((name) => !namesOf(b).includes(name));
  const others = new Map(second.pictures.map((picture) => [picture.key, picture]));
  const pairs: [JudgedPicture, JudgedPicture][] = [];
  const onlyFirst: string[] = [];
  const otherClass: string[] = [];
  for (const picture of first.pictures) {
    const other = others.get(picture.key);
    others.delete(picture.key);
    if (other === undefined) onlyFirst.push(picture.key);
    else if (nameOf(first, picture.label) !== nameOf(second, other.label)) otherClass.push(picture.key);
    else pairs.push([picture, other]);
  }
  const found: Unpaired = {
    kind: "unpaired",
    classes: [...lacks(first, second), ...lacks(second, first)],
    onlyFirst,
    onlySecond: [...others.keys()],
    otherClass,
  };
  const differs = [found.classes, onlyFirst, found.onlySecond, otherClass].some((list) => list.length > 0);
  return differs ? found : pairs;
}
