/** What a network said of labelled pictures: what every figure of how well it does is made of. */
export interface Answers {
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  readonly pictures: readonly JudgedPicture[];
}

export interface JudgedPicture {
  /** What names it in its data set. */
  readonly key: string;
  /** Its class: an index into the classes. */
  readonly label: number;
  /** One for each class, their sum 1. */
  readonly probabilities: ArrayLike<number>;
  /** Who is shown, where that is known. */
  readonly person?: string | undefined;
  /** Which part of the data it belongs to, where that is known: a place, an age, a camera. */
  readonly group?: string | undefined;
}

/** The class of the largest probability; of equal ones the first. */
export function answerOf({ probabilities }: Pick<JudgedPicture, "probabilities">): number {
  let best = 0;
  for (let c = 1; c < probabilities.length; c++) {
    if ((probabilities[c] as number) > (probabilities[best] as number)) best = c;
  }
  return best;
}
