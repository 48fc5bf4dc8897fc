/** Whether a network is right as often as it says. */
import { answerOf, type JudgedPicture } from "./answers.js";

/** Of equal width over the probability of the answer, as Guo et al. (2017) have them. */
export const calibrationBins = 15;

export interface CalibrationBin {
  readonly count: number;
  readonly right: number;
  /** Sum of the answers' probabilities. */
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
