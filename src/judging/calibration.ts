/** The calibration error. */
import { answerOf, type JudgedPicture } from "./answers.js";

/** Bins of equal width over the probability of the prediction, as in Guo et al. (2017). */
export const calibrationBins = 15;

export interface CalibrationBin {
  readonly count: number;
  readonly right: number;
  /** Sum of the predictions' probabilities. */
  readonly sureness: number;
}

export function calibrationOf(pictures: readonly JudgedPicture[]): readonly CalibrationBin[] {
  const bins = Array.from({ length: calibrationBins }, () => ({ count: 0, right: 0, sureness: 0 }));
  for (const picture of pictures) {
    const answer = answerOf(picture);
    const sureness = picture.probabilities[answer] as number;
    // Bins are open below and closed above, as in the paper.
    const own = bins[Math.min(calibrationBins - 1, Math.max(0, Math.ceil(sureness * calibrationBins) - 1))];
    if (own === undefined) continue;
    own.count++;
    own.sureness += sureness;
    if (answer === picture.label) own.right++;
  }
  return bins;
}
