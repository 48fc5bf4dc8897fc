/** Runs that were never trained, for code that reads runs. */
import type { JsonObject } from "../../src/formats/json-object.js";
import type { Answers } from "../../src/judging/answers.js";
import { answersTable } from "../../src/judging/answers-table.js";
import type { EpochRecord } from "../../src/training/metrics.js";
import { metricsText } from "../../src/training/run-folder.js";
import { sealed } from "../../src/training/sealed-json.js";
import { smallSource } from "../training/small-course.js";

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

/** Twenty pictures per class; (20 - 3c) of class c are predicted correctly, others as the next class; earlier ones with more confidence. */
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

export const someClasses = ["surprise", "happy", "neutral"] as const;

export interface SomeRun {
  readonly classes?: readonly string[];
  readonly epochs?: number;
  readonly about?: JsonObject;
  readonly source?: string;
  readonly keyOf?: (c: number, i: number) => string;
}

/** The files of a run as lferc leaves them, by their names below `folder`. */
export function someRunFiles(folder: string, run: SomeRun = {}): Readonly<Record<string, string>> {
  const { classes = someClasses, epochs = 3, source = smallSource(), keyOf } = run;
  const about = {
    schemaVersion: 1,
    id: "1",
    lferVersion: "0.1.0",
    engine: { name: "ort", description: "ort, blocks of 16", threads: null },
    model: "Small",
    labels: classes,
    recipe: { name: "Try", optimizer: { adam: { lr: 0.01, betas: [0.9, 0.999], groups: [] } } },
    settings: {},
    seed: 0,
    epochs,
    begun: "2026-01-01T00:00:00.000Z",
    commandLine: ["lferc", "train", "m.lfer", "--data", "faces"],
    ended: "2026-01-01T00:01:00.000Z",
    result: { best: { epoch: epochs }, epochs, stoppedEarly: false },
    data: {
      description: "folder faces",
      heldOut: "the folder val",
      classes: classes.map((name) => ({ name, training: 100, heldOut: 20 })),
      skipped: [],
    },
    ...run.about,
  };
  return {
    [`${folder}/run.json`]: sealed(about),
    [`${folder}/model.lfer`]: source,
    [`${folder}/metrics.jsonl`]: metricsText(someRecords(epochs)),
    [`${folder}/answers.csv`]: answersTable(someAnswers(classes, keyOf)),
  };
}
