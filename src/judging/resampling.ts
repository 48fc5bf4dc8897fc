/** The bootstrap over pictures: the metrics that other pictures of the same kind might have given. */
import { drawMultinomial } from "../random/binomial.js";
import { randomStream } from "../random/stream.js";
import { type Interval, percentileInterval } from "./interval.js";

/** Enough that another seed moves an end by some hundredths of the interval's width. */
const usualResamples = 5000;

/** Fewer for thousands of classes: then the ends vary less, and the time is limited. */
const mostDraws = 5_000_000;
const fewestResamples = 500;

const resamplesOf = (kinds: readonly number[]): number => {
  const filled = kinds.filter((count) => count > 0).length;
  return Math.min(usualResamples, Math.max(fewestResamples, Math.floor(mostDraws / Math.max(1, filled))));
};

/** Fixed, so that the same predictions have the same intervals. */
const seed = 0;

/**
 * The interval of a metric that depends only on the number of pictures of each kind (such as: of class c, and correct). Drawing
 * pictures with replacement is equivalent to drawing these numbers.
 */
export function bootstrapInterval(
  kinds: readonly number[],
  figureOf: (kinds: Float64Array) => number,
  key: string,
): Interval {
  const random = randomStream(seed, `bootstrap.${key}`);
  const drawn = new Float64Array(kinds.length);
  const resamples = resamplesOf(kinds);
  const figures = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    drawMultinomial(random, kinds, drawn);
    figures[i] = figureOf(drawn);
  }
  return percentileInterval(figures);
}

/** Mean recall over the classes that have pictures. */
export function meanOfRecalls(
  classCount: number,
  of: (c: number) => { readonly right: number; readonly all: number },
): number {
  let sum = 0;
  let seen = 0;
  for (let c = 0; c < classCount; c++) {
    const { right, all } = of(c);
    if (all === 0) continue;
    sum += right / all;
    seen++;
  }
  return seen === 0 ? 0 : sum / seen;
}
