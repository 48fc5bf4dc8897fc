import type { Answers } from "../../src/judging/answers.js";

/**
 * Predictions by formula, so that other programs can compute metrics of exactly the same ones. In Python, with numpy:
 *
 *     i, c = np.arange(n), np.arange(k)
 *     label = np.floor(k * (0.5 + 0.5 * np.sin(3.7 * i)) ** 2 * 0.999).astype(int)
 *     logit = 2 * np.sin(12.9898 * (i[:, None] * k + c + 1 + 1000 * gain)) + gain * (c == label[:, None])
 *     p = scipy.special.softmax(logit, axis=1)
 */
export function madeAnswers(n: number, classes: readonly string[], gain: number): Answers {
  const k = classes.length;
  const pictures = Array.from({ length: n }, (_, i) => {
    const label = Math.floor(k * (0.5 + 0.5 * Math.sin(3.7 * i)) ** 2 * 0.999);
    const powers = classes.map((_, c) =>
      Math.exp(2 * Math.sin(12.9898 * (i * k + c + 1 + 1000 * gain)) + (c === label ? gain : 0)),
    );
    const sum = powers.reduce((a, b) => a + b, 0);
    return { key: `${i}.png`, label, probabilities: powers.map((power) => power / sum) };
  });
  return { classes, pictures };
}
