/**
 * Selective classification (Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017): the share of
 * wrong predictions (risk) among the most confident share of pictures (coverage).
 */
import { type Answers, answerOf } from "./answers.js";

export interface RiskCoveragePoint {
  /** Share of the pictures that are predicted. */
  readonly coverage: number;
  /** Share of these predictions that are wrong. */
  readonly risk: number;
  /** The minimum probability for this coverage. */
  readonly sureness: number;
}

export interface RiskCoverage {
  /** By coverage; about a hundred points for many pictures. Equally confident predictions are added together. */
  readonly points: readonly RiskCoveragePoint[];
  /**
   * Area under the curve: the mean of the risks at each number of predictions; equally confident ones averaged over their
   * orders.
   */
  readonly area: number;
}

/** Number of steps of the curve. */
const steps = 100;

export function riskCoverageOf({ pictures }: Answers): RiskCoverage {
  const n = pictures.length;
  const answers = pictures
    .map((picture) => {
      const answer = answerOf(picture);
      return { sureness: picture.probabilities[answer] as number, isWrong: answer !== picture.label };
    })
    .sort((a, b) => b.sureness - a.sureness);
  const points: RiskCoveragePoint[] = [];
  let area = 0;
  let wrong = 0;
  for (let from = 0; from < n; ) {
    const { sureness } = answers[from] as (typeof answers)[number];
    let to = from;
    let more = 0;
    for (; to < n && answers[to]?.sureness === sureness; to++) if (answers[to]?.isWrong === true) more++;
    for (let count = from + 1; count <= to; count++) {
      area += (wrong + (more * (count - from)) / (to - from)) / count / n;
    }
    wrong += more;
    // The first point at or beyond each hundredth, and the last.
    const isNext = Math.floor((to * steps) / n) > Math.floor((from * steps) / n);
    if (isNext || to === n) points.push({ coverage: to / n, risk: wrong / to, sureness });
    from = to;
  }
  return { points, area };
}

/** The point at this coverage, or the next one; undefined without pictures. */
export function pointAt({ points }: RiskCoverage, coverage: number): RiskCoveragePoint | undefined {
  return points.find((point) => point.coverage >= coverage - 1e-9);
}
