/** A small network on small drawn faces: real training that takes a second. */
import { augmenterOf } from "../../src/data/augment/from-recipe.js";
import { generatedSet } from "../../src/data/generated-set.js";
import { PictureStore } from "../../src/data/picture-store.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, Evaluator, RunningStep, Values } from "../../src/engines/engine.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import { compileText } from "../../src/testing/compile-text.js";
import type { Course, CourseEvents, FinishedEpoch, StepProgress } from "../../src/training/course.js";
import { planOf, type TrainingPlan } from "../../src/training/plan.js";

export interface SmallRecipe {
  readonly augment?: string;
  readonly sampler?: string;
  readonly optimizer?: string;
  readonly schedule?: string;
  readonly run?: string;
  readonly loss?: string;
  readonly teacher?: string;
  /** More layers before the last one. */
  readonly layers?: string;
  readonly evaluation?: string;
}

/** Three expressions, 16 pixels. */
export function smallSource({
  augment = "[]",
  sampler = "shuffled",
  optimizer = "adam(lr: 0.01)",
  schedule = "constant_rate",
  run = "batch: 16, epochs: 2",
  loss = "cross_entropy(student.logits, data.label)",
  teacher,
  layers = "",
  evaluation,
}: SmallRecipe = {}): string {
  return `lfer 1

import { cross_entropy, kl } from "std/losses"

model Small(size: int = 16, mean: [float] = [0.5, 0.5, 0.5], std: [float] = [0.25, 0.25, 0.25]) {
  input image: float32[N, 3, size, size] = picture(mean: mean, std: std)
  a = image -> conv(8, kernel: 3, stride: 2) -> batch_norm -> relu -> conv(12, kernel: 3, stride: 2) -> batch_norm -> relu
  logits = a -> flatten ${layers} -> linear(3)
  output logits: labels(["surprise", "happy", "neutral"])
}

recipe Try {
  student = Small
  ${teacher === undefined ? "" : `teacher = ${teacher}`}
  data = folder(augment: ${augment}, sampler: "${sampler}")
  loss = ${loss}
  optimizer = ${optimizer}
  schedule = ${schedule}
  train = run(${run})
  ${evaluation === undefined ? "" : `evaluation = ${evaluation}`}
}
`;
}

export async function smallPlan(
  recipe: SmallRecipe = {},
  overrides: { epochs?: number; seed?: number } = {},
): Promise<TrainingPlan> {
  const { diagnostics, recipes, models } = await compileText(smallSource(recipe), { recipe: "Try" });
  const [made] = recipes;
  const [deployed] = models;
  if (made === undefined || deployed === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const plan = planOf(made, deployed.graph, overrides);
  if (isProblem(plan)) throw new Error(plan.diagnose({}).message);
  return plan;
}

/** Trains the plan on this many drawn faces. */
export async function smallCourse(plan: TrainingPlan, pictures: number, engine: Engine = ortEngine()): Promise<Course> {
  const set = generatedSet({ labels: plan.labels, classCount: plan.classCount, size: plan.picture.width });
  const augmenter = augmenterOf(plan.augment, plan.picture, plan.seed);
  if (isProblem(set) || isProblem(augmenter)) throw new Error("refused");
  const store = new PictureStore(set, { target: plan.picture, keepLarger: augmenter.takesParts, budgetBytes: 1e9 });
  // The first ones, equally many of each class.
  const each = Math.ceil(pictures / plan.classCount);
  const training = [0, 1, 2].flatMap((label) => set.training.filter((sample) => sample.label === label).slice(0, each));
  const heldOut = [0, 1, 2].flatMap((label) => set.heldOut.filter((sample) => sample.label === label).slice(0, 10));
  return {
    plan,
    engine,
    threads: 1,
    batches: { store, picture: plan.picture, classCount: plan.classCount, augmenter, teacher: undefined },
    training: training.slice(0, pictures),
    heldOut,
  };
}

/** Collects the events of a course. */
export class Listener implements CourseEvents {
  readonly steps: StepProgress[] = [];
  readonly epochs: FinishedEpoch[] = [];
  /** Stops before the step after this many. */
  readonly #stopAfter: number;

  constructor(stopAfter = Number.POSITIVE_INFINITY) {
    this.#stopAfter = stopAfter;
  }

  readonly isStopped = (): boolean => this.steps.length >= this.#stopAfter;
  readonly onStart = async (): Promise<undefined> => undefined;
  readonly onStep = (progress: StepProgress): void => void this.steps.push(progress);
  readonly onJudging = (): void => undefined;
  readonly onEpoch = async (epoch: FinishedEpoch): Promise<undefined> => void this.epochs.push(epoch);
}

export interface Recorded {
  /** The inputs of each step. */
  readonly feeds: ReadonlyMap<string, Values>[];
  /** The weights of each evaluator, and its requests. */
  readonly evaluations: { weights: ReadonlyMap<string, Values>; inputs: ReadonlyMap<string, Values>[] }[];
  readonly engine: Engine;
}

/** ONNX Runtime, with a record of all inputs; `spoil` may replace a step's outputs (counted from 0). */
export function recordingEngine(
  spoil: (step: number, outputs: ReadonlyMap<string, Values>) => ReadonlyMap<string, Values> = (_, outputs) => outputs,
): Recorded {
  const inner = ortEngine();
  const feeds: ReadonlyMap<string, Values>[] = [];
  const evaluations: Recorded["evaluations"] = [];
  const copied = (inputs: ReadonlyMap<string, Values>) =>
    new Map([...inputs].map(([name, values]) => [name, values.slice()] as const));
  const engine: Engine = {
    ...inner,
    create: async (step, options): Promise<RunningStep | Problem> => {
      const made = await inner.create(step, options);
      if (isProblem(made)) return made;
      return {
        description: made.description,
        run: async (batch) => {
          feeds.push(copied(batch));
          return spoil(feeds.length - 1, await made.run(batch));
        },
        state: () => made.state(),
        restore: (state) => made.restore(state),
        dispose: () => made.dispose(),
      };
    },
    evaluator: async (graph, options): Promise<Evaluator | Problem> => {
      const made = await inner.evaluator(graph, options);
      if (isProblem(made)) return made;
      const evaluation = { weights: options.weights, inputs: [] as ReadonlyMap<string, Values>[] };
      evaluations.push(evaluation);
      return {
        run: (inputs, batch) => {
          evaluation.inputs.push(copied(inputs));
          return made.run(inputs, batch);
        },
        dispose: () => made.dispose(),
      };
    },
  };
  return { feeds, evaluations, engine };
}
