/** A network's predictions for labelled pictures: the basis of all metrics. */
export interface Answers {
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  readonly pictures: readonly JudgedPicture[];
}

export interface JudgedPicture {
  /** Its name in the data set. */
  readonly key: string;
  /** Its class: an index into the classes. */
  readonly label: number;
  /** One for each class, with sum 1. */
  readonly probabilities: ArrayLike<number>;
  /** The person shown, if known. */
  readonly person?: string | undefined;
  /** The group of the data it belongs to, if known: a place, an age, a camera. */
  readonly group?: string | undefined;
}

/** The class with the largest probability; the first of equal ones. */
export function answerOf({ probabilities }: Pick<JudgedPicture, "probabilities">): number {
  let best = 0;
  for (let c = 1; c < probabilities.length; c++) {
    if ((probabilities[c] as number) > (probabilities[best] as number)) best = c;
  }
  return best;
}
