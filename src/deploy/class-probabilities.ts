import { softmax } from "./softmax.js";

/**
 * From the logits [count, classes] of each view of some pictures, each picture's probabilities: the mean over its views.
 * Probabilities are averaged, not logits, so that a view with a large margin counts no more than others.
 */
export function classProbabilities(views: readonly Float32Array[], classCount: number): Float64Array {
  const means = new Float64Array(views[0]?.length ?? 0);
  for (let at = 0; at < means.length; at += classCount) {
    for (const logits of views) {
      for (const [c, probability] of softmax(logits.subarray(at, at + classCount)).entries()) {
        means[at + c] = (means[at + c] as number) + probability / views.length;
      }
    }
  }
  return means;
}
