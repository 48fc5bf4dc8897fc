import type { Sample } from "../data/data-set.js";
import { viewsOf } from "../data/views.js";
import { classProbabilities } from "../deploy/class-probabilities.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Engine, Values } from "../engines/engine.js";
import type { Answers, JudgedPicture } from "../judging/answers.js";
import { summaryOf } from "../judging/summary.js";
import { averagePrefix, averageStarted } from "../step/step-state.js";
import type { BatchMaker } from "./batches.js";
import type { Score } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";

/** The scores of weights, with every prediction. */
export interface Judged extends Score {
  readonly answers: Answers;
}

/**
 * Loss and accuracy of these weights on these pictures, without augmentation, by the recipe's evaluation. If that has several
 * views of a picture, the prediction is the class with the largest mean probability, as in `predict`. The loss is the mean over
 * batches of the recipe's size, and over the views; for a network without a loss it is NaN. `isStopped` is called before each
 * batch, with the number of pictures that are done; if it returns true, the result is undefined.
 */
export async function evaluate(
  plan: TrainingPlan,
  engine: Engine,
  weights: ReadonlyMap<string, Values>,
  samples: readonly Sample[],
  maker: BatchMaker,
  threads: number | undefined,
  isStopped: (done: number) => boolean = () => false,
): Promise<Judged | Problem | undefined> {
  const evaluator = await engine.evaluator(plan.evaluation, { weights, threads });
  if (isProblem(evaluator)) return evaluator;
  const views = viewsOf[plan.evaluatedBy];
  const { classCount } = plan;
  const pictures: JudgedPicture[] = [];
  let loss = 0;
  try {
    for await (const batches of maker.viewed(samples, plan.batch, views)) {
      if (isProblem(batches)) return batches;
      if (isStopped(pictures.length)) return undefined;
      const answers: Values[] = [];
      for (const batch of batches) {
        const outputs = await evaluator.run(batch.inputs, batch.count);
        loss += ((outputs.get("loss")?.[0] ?? Number.NaN) * batch.count) / views.length;
        answers.push(outputs.get(plan.output) ?? new Float32Array());
      }
      const probabilities = classProbabilities(answers, classCount);
      for (const [i, { key, label, person, group }] of (batches[0]?.samples ?? []).entries()) {
        const own = probabilities.subarray(i * classCount, (i + 1) * classCount);
        pictures.push({ key, label, probabilities: own, person, group });
      }
    }
  } finally {
    await evaluator.dispose();
  }
  const classes = plan.labels ?? Array.from({ length: classCount }, (_, c) => `class ${c}`);
  const answers = { classes, pictures };
  const { accuracy, meanClassAccuracy } = summaryOf(answers);
  return { loss: loss / pictures.length, accuracy, meanClassAccuracy, answers };
}

/** The state with the moving averages as parameters; undefined if there are none yet. */
export function averagedWeights(state: ReadonlyMap<string, Values>): ReadonlyMap<string, Values> | undefined {
  if ((state.get(averageStarted)?.[0] ?? 0) === 0) return undefined;
  return new Map([...state].map(([name, values]) => [name, state.get(`${averagePrefix}${name}`) ?? values] as const));
}
