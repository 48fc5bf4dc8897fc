/** A recipe as a training step in plain ONNX, in one file or two: the output of `build --target onnx-train`. */
import { isProblem } from "../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { elementCount, formatShape } from "../ir/shape.js";
import { withoutVariance } from "../ops/batch-statistics.js";
import type { Tensor } from "../ops/contracts.js";
import { randomStream } from "../random/stream.js";
import type { ProbeStep } from "../reference/compare-op.js";
import { probeInputs } from "../reference/probe-weights.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../step/from-recipe.js";
import { drawMasks } from "../step/masks.js";
import { type SplitStep, splitStep } from "../step/split-step.js";
import { learningRateInput } from "../step/step-state.js";
import { type TrainingStepSource, trainingStep } from "../step/training-step.js";
import { calmWeights } from "../targets/onnx/calm-weights.js";
import { chooseProbeGraph } from "../targets/onnx/probe-size.js";
import {
  buildStep,
  type StepBuildOptions,
  type StepBuildResult,
  type StepFilePart,
} from "../targets/onnx-train/build-step.js";
import type { StepOrigin } from "../targets/onnx-train/describe-step.js";

export interface StepFileOptions extends Omit<StepBuildOptions, "origin"> {
  /** Default: the recipe's own. */
  readonly batch?: number | undefined;
  /** Gradients and update as two files. */
  readonly split?: boolean | undefined;
}

/** The bytes of the file or the two, verified; or a problem. */
export async function buildStepFiles(recipe: ElaboratedRecipe, options: StepFileOptions): Promise<StepBuildResult> {
  const source = stepOfRecipe(recipe, options.batch);
  if (isProblem(source)) return { kind: "refused", diagnostics: [source.diagnose({})] };
  const { network, batch } = source;
  const parts = options.split === true ? halves(source) : [whole(source)];
  return buildStep({ network, parts }, { ...options, origin: originOf(recipe, batch) });
}

const whole = (source: TrainingStepSource): StepFilePart => ({
  name: "step",
  graph: trainingStep(source),
  makeProbe: () => probeStep(source),
});

/** In the order in which they run. */
function halves(source: TrainingStepSource): readonly StepFilePart[] {
  const split = splitStep(source);
  let probed: ReturnType<typeof probeHalves> | undefined;
  const half = (name: "gradients" | "update", other: "gradients" | "update"): StepFilePart => ({
    name,
    graph: split[name],
    other: split[other],
    makeProbe() {
      probed ??= probeHalves(source);
      return { ...probed[name], other: probed[other].step };
    },
  });
  return [half("gradients", "update"), half("update", "gradients")];
}

/** The origin of the recipe's step, for users who have only the file. */
export const originOf = (recipe: ElaboratedRecipe, batch: number): StepOrigin => ({
  recipe: recipe.name,
  batch,
  training: trainingOf(recipe),
  teacherLabels: labelsOfTeacher(recipe),
});

/**
 * The order in which the step takes a teacher's classes: that of the classes they are combined with, else the model's or the
 * recipe's. For a student without labels it is that of `data.label`, which the caller of the step decides.
 */
function labelsOfTeacher({ teacher }: ElaboratedRecipe): ReadonlyMap<string, readonly string[]> {
  return new Map(
    (teacher?.model.graph.outputs ?? []).flatMap(({ name, labels }) => {
      const taken = teacher?.taken.get(name) ?? labels;
      return taken === undefined || taken === "data" ? [] : [[`teacher.${name}`, taken] as const];
    }),
  );
}

/** Facts for a training loop: the schedule of the learning rate, and the optimiser for the record. */
function trainingOf(recipe: ElaboratedRecipe): Readonly<Record<string, unknown>> {
  const { schedule, lr } = scheduleOfRecipe(recipe);
  const plain = (key: "optimizer" | "train" | "evaluation"): unknown => {
    const thing = recipe.settings[key];
    return thing === undefined ? undefined : { name: thing.name, ...withoutSpans(thing.fields) };
  };
  return {
    learningRate: lr,
    schedule,
    optimizer: plain("optimizer"),
    run: plain("train"),
    evaluation: plain("evaluation"),
  };
}

/** JSON of an entry's fields: nested entries by name, without spans. */
function withoutSpans(fields: object): object {
  return JSON.parse(
    JSON.stringify(fields, (key, value) => (["span", "kind", "sort"].includes(key) ? undefined : value)),
  ) as object;
}

/** Two samples, so that mixing them up is detected. */
const probeBatch = 2;
const probeSeed = 1;

/** The step of the network at a size that the reference can compute, with probe values under which all outputs vary. */
export function probeStep(source: TrainingStepSource): ProbeStep {
  const small = probeSource(source);
  return probeOf(trainingStep(small), calmWeights(small.network, probeSeed));
}

/** The same for its halves; the gradients of the second are standard normal numbers. */
export function probeHalves(source: TrainingStepSource): Readonly<Record<keyof SplitStep, ProbeStep>> {
  const small = probeSource(source);
  const { gradients, update } = splitStep(small);
  const weights = calmWeights(small.network, probeSeed);
  return { gradients: probeOf(gradients, weights), update: probeOf(update, weights) };
}

const probeSource = (source: TrainingStepSource): TrainingStepSource => ({
  ...source,
  network: probeNetwork(source),
  batch: probeBatch,
});

function probeOf(step: Graph, weights: Readonly<Record<string, Tensor>>): ProbeStep {
  const slots = step.slots.map(({ name, value, role }): [string, Tensor] => {
    const { shape } = typeOf(step, value);
    const random = randomStream(probeSeed, name);
    // Optimiser state includes averages and squares: positive numbers are valid for all.
    const data = Float64Array.from({ length: elementCount(shape) }, () => random.uniform());
    const fitted = role === "optimizer" ? undefined : weights[name];
    return [name, asFloat32(fitted ?? { shape: shape as readonly number[], data })];
  });
  const masks = drawMasks(step, { seed: probeSeed, epoch: 0, step: 0 });
  const inputs = Object.entries(probeInputs(step, probeBatch, probeSeed)).map(([name, tensor]): [string, Tensor] => {
    const mask = masks.get(name);
    if (mask !== undefined) return [name, { ...tensor, data: Float64Array.from(mask) }];
    if (name === learningRateInput) return [name, asFloat32({ shape: [], data: Float64Array.of(0.1) })];
    return [name, asFloat32(name.startsWith("data.") ? distributions(tensor) : tensor)];
  });
  return { step, inputs: Object.fromEntries(inputs), slots: Object.fromEntries(slots) };
}

const asFloat32 = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map(Math.fround) });

/** The smallest network that uses every kernel completely, unless the loss or a batch norm needs the full size. */
function probeNetwork({ network, loss }: TrainingStepSource): Graph {
  const small = chooseProbeGraph(network);
  const typesOf = (graph: Graph) =>
    new Map(graph.outputs.map(({ name, value }) => [`student.${name}`, formatShape(typeOf(graph, value).shape)]));
  const types = typesOf(small);
  const fits = loss.inputs.every(
    ({ name, value }) => !types.has(name) || types.get(name) === formatShape(typeOf(loss, value).shape),
  );
  return fits && withoutVariance(small, probeBatch).length === 0 ? small : network;
}

/** Rows of positive numbers with sum 1. */
function distributions({ shape, data }: Tensor): Tensor {
  const classes = shape[1] ?? 1;
  const odds = data.map(Math.exp);
  const shares = odds.map((value, i) => {
    const start = i - (i % classes);
    return value / odds.subarray(start, start + classes).reduce((sum, each) => sum + each, 0);
  });
  return { shape, data: shares };
}
