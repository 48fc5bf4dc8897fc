/** Runs that nobody trained, for what looks at runs. */
import type { Answers } from "../../src/judging/answers.js";
import type { EpochRecord } from "../../src/training/metrics.js";

export const record = (epoch: number, more: Partial<EpochRecord> = {}): EpochRecord => ({
  schemaVersion: 1,
  epoch,
  steps: epoch,
  lr: 0.1,
  loss: 2 / epoch,
  accuracy: 1 - 1 / epoch,
  validationLoss: 2.2 / epoch,
  validationAccuracy: 0.9 - 0.9 / epoch,
  validationMeanClassAccuracy: 0.8 - 0.8 / epoch,
  evaluation: "single_view",
  picturesPerSecond: 100,
  seconds: 1,
  ...more,
});

export const someRecords = (count: number): readonly EpochRecord[] =>
  Array.from({ length: count }, (_, i) => record(i + 1));

/** Twenty pictures of each class; the c-th is answered right (20 - 3c) times, else as the next one; surer the earlier. */
export function someAnswers(classes: readonly string[], keyOf = (c: number, i: number) => `${c}/${i}.png`): Answers {
  const pictures = classes.flatMap((_, label) =>
    Array.from({ length: 20 }, (_, i) => {
      const answer = i < 20 - 3 * label ? label : (label + 1) % classes.length;
      const sure = 0.95 - i * 0.01;
      const probabilities = Float32Array.from(classes, (_, c) =>
        c === answer ? sure : (1 - sure) / Math.max(1, classes.length - 1),
      );
      return { key: keyOf(label, i), label, probabilities };
    }),
  );
  return { classes, pictures };
}
