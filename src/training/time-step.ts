/** Measures the time of a recipe's training step in an engine. */
import { type BenchResult, type BenchSettings, profiledSteps } from "../deploy/bench-result.js";
import { collectProfile, readProfile } from "../deploy/ort-profile.js";
import { RuntimeFailure } from "../deploy/runtime.js";
import { peakBytes, timeSteps, timingOf } from "../deploy/timing.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Engine, RunningStep, Values } from "../engines/engine.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape, elementCount } from "../ir/shape.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../step/from-recipe.js";
import { drawMasks } from "../step/masks.js";
import { learningRateInput } from "../step/step-state.js";
import { trainingStep } from "../step/training-step.js";
import { initialiseWeights } from "../weights/initialise.js";

/** Times the step on one batch repeatedly, with its state updated; the batch size is the recipe's by default. */
export async function timeTrainingStep(
  recipe: ElaboratedRecipe,
  engine: Engine,
  settings: BenchSettings,
): Promise<BenchResult | Problem> {
  try {
    return await timeStep(recipe, engine, settings);
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    return problem("engine/refuses-step", { engine: engine.name, reason: error.message });
  }
}

async function timeStep(
  recipe: ElaboratedRecipe,
  engine: Engine,
  settings: BenchSettings,
): Promise<BenchResult | Problem> {
  const { threads, steps, warmup, device = null, turn, onStep } = settings;
  await turn?.();
  const from = performance.now();
  const source = stepOfRecipe(recipe, settings.batch);
  if (isProblem(source)) return source;
  const step = trainingStep(source);
  const state = initialiseWeights(step, 0);
  const running = await engine.create(step, { state, threads });
  if (isProblem(running)) return running;
  const compileMs = performance.now() - from;
  const batch = batchOf(step, scheduleOfRecipe(recipe).lr);
  const run = (made: RunningStep) => () => made.run(batch);
  const times = await timeSteps(run(running), { steps, warmup, turn }, onStep);
  const peak = peakBytes();
  const { description } = running;
  await running.dispose();
  await turn?.();
  const events = await collectProfile(async (profilePrefix) => {
    const profiled = await engine.create(step, { state, threads, profilePrefix });
    if (isProblem(profiled)) return;
    await timeSteps(run(profiled), { steps: profiledSteps, warmup: 1 });
    await profiled.dispose();
  });
  if (isProblem(events)) return events;
  return {
    name: `${recipe.student.name}:${recipe.name}`,
    modelSha256: null,
    model: recipe.student.name,
    graphSha256: null,
    device,
    what: "training-step",
    engine: engine.name,
    description,
    batch: source.batch,
    threads,
    ...timingOf(times, source.batch),
    steps,
    warmup,
    compileMs,
    peakBytes: peak,
    profile: readProfile(events, 1),
  };
}

/** A batch computed by a formula: numbers like normalised pictures, one class per sample, the recipe's initial learning rate. */
function batchOf(step: Graph, lr: number): ReadonlyMap<string, Values> {
  const masks = drawMasks(step, { seed: 0, epoch: 0, step: 0 });
  const inputs = step.inputs.map(({ name, value }): [string, Values] => {
    const shape = bindShape(typeOf(step, value).shape, 1);
    const length = elementCount(shape);
    const mask = masks.get(name);
    if (mask !== undefined) return [name, mask];
    if (name === learningRateInput) return [name, Float32Array.of(lr)];
    if (!name.startsWith("data.")) return [name, Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 1.4)];
    const classes = shape[1] ?? 1;
    const isClass = (i: number): boolean => Math.floor(i / classes) % classes === i % classes;
    return [name, Float32Array.from({ length }, (_, i) => (isClass(i) ? 1 : 0))];
  });
  return new Map(inputs);
}
