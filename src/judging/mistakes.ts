import { type Answers, answerOf, type JudgedPicture } from "./answers.js";

export interface Mistake {
  readonly picture: JudgedPicture;
  /** The predicted class: an index into the classes. */
  readonly answer: number;
  /** Its probability. */
  readonly sureness: number;
}

/** The most confident wrong predictions, in decreasing order; ties by name. */
export function surestMistakes({ pictures }: Answers, count: number): readonly Mistake[] {
  return pictures
    .flatMap((picture): Mistake[] => {
      const answer = answerOf(picture);
      if (answer === picture.label) return [];
      return [{ picture, answer, sureness: picture.probabilities[answer] as number }];
    })
    .sort((a, b) => b.sureness - a.sureness || (a.picture.key < b.picture.key ? -1 : 1))
    .slice(0, count);
}
