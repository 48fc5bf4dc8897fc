/** The training loop: epochs of steps, each followed by an evaluation. It uses no files. */

import { epochDraws } from "../data/sampling.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Values } from "../engines/engine.js";
import { withoutVariance } from "../ops/batch-statistics.js";
import { learningRate } from "../step/schedules.js";
import { learningRateInput } from "../step/step-state.js";
import { BatchMaker, countCorrect, makesBetweenSteps } from "./batches.js";
import type { Course, CourseEvents, Outcome, Standing } from "./course.js";
import { isThrough, scoresOf } from "./early-stopping.js";
import { type JudgedWeights, judgeEpoch } from "./judge-epoch.js";
import { type EpochRecord, isBetter } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";
import { SharedSteps } from "./shared-steps.js";

/** Number of steps per epoch, and number of pictures in the last one if that is incomplete. */
export function stepsOf({ batch, keepsLastBatch }: TrainingPlan, pictures: number) {
  const full = Math.floor(pictures / batch);
  const rest = keepsLastBatch ? pictures % batch : 0;
  return { full, rest, perEpoch: full + (rest > 0 ? 1 : 0) };
}

/** Trains from `from` (or from the beginning) to the plan's last epoch. */
export async function runCourse(course: Course, from: Standing | undefined, events: CourseEvents): Promise<Outcome> {
  const { plan } = course;
  const steps = stepsOf(plan, course.training.length);
  if (steps.perEpoch === 0) {
    return failed(problem("train/too-few-pictures", { pictures: course.training.length, batch: plan.batch }));
  }
  const [lone] = steps.rest === 0 ? [] : withoutVariance(plan.step.network, steps.rest);
  if (lone !== undefined)
    return failed(problem("recipe/one-value-per-channel", { path: lone.path, batch: steps.rest }));
  const sizes = [...(steps.full > 0 ? [plan.batch] : []), ...(steps.rest > 0 ? [steps.rest] : [])];
  const { crew } = course.batches;
  const besides = crew === undefined || makesBetweenSteps(course.batches) ? undefined : () => crew.workedMs;
  const begun = from?.state ?? course.begun;
  const shared = await SharedSteps.compile(plan, sizes, course.engine, course.threads, begun, besides);
  if (isProblem(shared)) return failed(shared);
  try {
    const unready = await events.onStart(shared.description, steps.perEpoch);
    return unready !== undefined ? failed(unready) : await runEpochs(course, shared, from, events);
  } finally {
    await shared.dispose();
  }
}

const failed = (found: Problem): Outcome => ({ kind: "failed", problem: found });

async function runEpochs(
  course: Course,
  shared: SharedSteps,
  from: Standing | undefined,
  events: CourseEvents,
): Promise<Outcome> {
  const { plan } = course;
  const maker = new BatchMaker(course.batches);
  const evaluationMaker = new BatchMaker(course.batches);
  let best = from?.best;
  let steps = from?.steps ?? 0;
  let records = from?.records ?? [];
  while (!isThrough(records, plan)) {
    const epoch = records.length;
    const begun = performance.now();
    const trained = await runEpoch(course, shared, maker, records, events);
    if (trained.kind !== "trained") return trained;
    const { state, lr } = trained;
    steps += trained.steps;
    const diverged = (what: string): Outcome => ({ kind: "diverged", what, epoch: epoch + 1, step: trained.steps, lr });
    if ([...state.values()].some((values) => !values.every(Number.isFinite))) return diverged("a weight");
    const judgedFrom = performance.now();
    const judged = await judgeEpoch(course, state, evaluationMaker, events);
    if (judged === undefined) return { kind: "interrupted", state };
    if (isProblem(judged)) return failed(judged);
    if (!judged.every((found) => Number.isFinite(found.judged.loss))) {
      return diverged("the loss on the pictures held out");
    }
    const ended = performance.now();
    let bestWeights: ReadonlyMap<string, Values> | undefined;
    for (const { weights, judged: found, values } of judged) {
      if (!isBetter(found, best, plan.bestBy)) continue;
      const { loss, accuracy, meanClassAccuracy } = found;
      best = { loss, accuracy, meanClassAccuracy, epoch: epoch + 1, weights };
      bestWeights = values;
    }
    const record = recordOf(plan, trained, judged, {
      epoch: epoch + 1,
      steps,
      evaluationSeconds: (ended - judgedFrom) / 1000,
      seconds: (ended - begun) / 1000,
    });
    records = [...records, record];
    const standing = { epochsDone: epoch + 1, steps, best, records, state };
    const wrong = await events.onEpoch({ record, standing, bestWeights });
    if (wrong !== undefined) return failed(wrong);
  }
  return { kind: "finished" };
}

function recordOf(
  plan: TrainingPlan,
  trained: TrainedEpoch,
  [{ judged: current }, second]: readonly [JudgedWeights, ...JudgedWeights[]],
  place: Required<Pick<EpochRecord, "epoch" | "steps" | "evaluationSeconds" | "seconds">>,
): EpochRecord {
  const { evaluationSeconds, seconds, ...counts } = place;
  const averaged = second?.judged;
  return {
    schemaVersion: 1,
    ...counts,
    lr: trained.lr,
    loss: trained.loss,
    accuracy: trained.accuracy,
    validationLoss: current.loss,
    validationAccuracy: current.accuracy,
    validationMeanClassAccuracy: current.meanClassAccuracy,
    evaluation: plan.evaluatedBy,
    ...(averaged === undefined
      ? {}
      : {
          averageValidationLoss: averaged.loss,
          averageValidationAccuracy: averaged.accuracy,
          averageValidationMeanClassAccuracy: averaged.meanClassAccuracy,
        }),
    picturesPerSecond: trained.picturesPerSecond,
    evaluationSeconds,
    seconds,
  };
}

interface TrainedEpoch {
  readonly kind: "trained";
  readonly steps: number;
  readonly lr: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly picturesPerSecond: number;
  readonly state: ReadonlyMap<string, Values>;
}

async function runEpoch(
  { plan, training }: Course,
  shared: SharedSteps,
  maker: BatchMaker,
  before: readonly EpochRecord[],
  events: CourseEvents,
): Promise<TrainedEpoch | Outcome> {
  const epoch = before.length;
  const measured = before.flatMap((record) => scoresOf(record).slice(0, 1));
  const draws = epochDraws(training, plan.sampler, plan.seed, epoch);
  const { perEpoch } = stepsOf(plan, draws.length);
  const coming = maker.augmented(draws.first(perEpoch * plan.batch), plan.batch, epoch);
  const begun = performance.now();
  let [seen, correct, loss, lr] = [0, 0, 0, 0];
  let step = 0;
  for await (const batch of coming) {
    if (isProblem(batch)) return failed(batch);
    if (events.isStopped()) return { kind: "interrupted", state: await shared.state() };
    lr = learningRate(plan.schedule, plan.lr, epoch, step, perEpoch, measured);
    const inputs = new Map([...batch.inputs, [learningRateInput, Float32Array.of(lr)]]);
    const outputs = await shared.run(inputs, batch.count, { seed: plan.seed, epoch, step });
    const stepLoss = outputs.get("loss")?.[0] ?? Number.NaN;
    if (!Number.isFinite(stepLoss)) {
      return { kind: "diverged", what: "the loss", epoch: epoch + 1, step: step + 1, lr };
    }
    step++;
    seen += batch.count;
    loss += stepLoss * batch.count;
    correct += countCorrect(outputs.get(plan.output) ?? new Float32Array(), batch.labels);
    const picturesPerSecond = (seen * 1000) / (performance.now() - begun);
    events.onStep({
      epoch: epoch + 1,
      step,
      stepsPerEpoch: perEpoch,
      lr,
      loss: loss / seen,
      accuracy: correct / seen,
      picturesPerSecond,
    });
  }
  return {
    kind: "trained",
    steps: perEpoch,
    lr,
    loss: loss / seen,
    accuracy: correct / seen,
    picturesPerSecond: (seen * 1000) / (performance.now() - begun),
    state: await shared.state(),
  };
}
