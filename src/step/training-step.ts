/** Model, loss and optimiser as one graph: batch, target, learning rate and state in; loss, outputs and new state out. */
import { differentiate } from "../autodiff/differentiate.js";
import { AppendingBuilder } from "../autodiff/gradient-builder.js";
import { trainingForm } from "../autodiff/training-form.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Graph, Slot, ValueId } from "../ir/graph.js";
import { bindBatch } from "../ops/bind-batch.js";
import { arithmetic } from "../ops/gradient-arithmetic.js";
import { attachLoss } from "./attach-loss.js";
import { clipByGlobalNorm } from "./clip-norm.js";
import type { OptimizerRule } from "./optimizer.js";
import { type GroupOptions, type TrainedParameter, trainedParameters } from "./parameter-groups.js";
import {
  accumulatedPrefix,
  accumulatedSteps,
  averagePrefix,
  averageStarted,
  type StepState,
  withStepState,
} from "./step-state.js";

/** How gradients become updates. */
export interface UpdateOptions {
  readonly optimizer: OptimizerRule;
  /** The maximum norm of all gradients together; undefined: no limit. */
  readonly clipNorm?: number | undefined;
  /** Number of batches whose mean gradient makes one update; default 1. Statistics are updated by each batch. */
  readonly accumulate?: number | undefined;
  /** Decay of the moving average of the parameters at each update; undefined: no average. */
  readonly averageDecay?: number | undefined;
}

export interface TrainingStepSource extends GroupOptions, UpdateOptions {
  /** The network in training form (with outputs `in training`), the batch not bound. */
  readonly network: Graph;
  /** Over `student.X` and other inputs, with the single scalar output `loss`. */
  readonly loss: Graph;
  readonly batch: number;
}

/** A trained parameter that the loss depends on, with its gradient. */
export interface Learner extends TrainedParameter {
  readonly gradient: ValueId;
}

/** A graph with a slot and a value for the gradient of each parameter to be updated. */
export interface WithGradients {
  readonly graph: Graph;
  readonly found: readonly Learner[];
}

/**
 * The training step: every trained parameter, every statistic and all optimiser state has its `next`. A parameter that is
 * frozen, or that the loss does not depend on, stays unchanged and has no optimiser state (as in PyTorch).
 */
export const trainingStep = (source: TrainingStepSource): Graph => withUpdate(withGradients(source), source);

/** The network in training form, its loss and the gradients; statistics have their `next`. */
export function withGradients(source: TrainingStepSource): WithGradients {
  const forward = trainingForm(bindBatch(attachLoss(source.network, source.loss), source.batch));
  const loss = forward.outputs.find(({ name }) => name === "loss")?.value;
  invariant(loss !== undefined, `${source.loss.name} has no output "loss"`);
  const trained = trainedParameters(forward, source);
  const wanted = trained.map(({ slot }) => slot.value);
  const { graph, gradients, isReached } = differentiate(forward, loss, wanted);
  const found = trained
    .map((parameter, i): Learner => ({ ...parameter, gradient: gradients[i] as ValueId }))
    .filter((_, i) => isReached[i]);
  return { graph, found };
}

/** The graph, and after it all that updates the parameters by their gradients: its last part, or a step by itself. */
export function withUpdate(
  { graph: given, found }: WithGradients,
  { optimizer, accumulate = 1, averageDecay, clipNorm }: UpdateOptions,
): Graph {
  const slots = found.map(({ slot }) => slot);
  const state = withStepState(given, slots, {
    memories: optimizer.memories,
    counters: optimizer.counters,
    accumulates: accumulate > 1,
    averages: averageDecay !== undefined,
  });
  const { graph } = state;
  const builder = new AppendingBuilder(graph);
  const { add, div, number, where } = arithmetic(builder);
  const next = new Map<ValueId, ValueId>();
  const gradients = found.map(({ slot, gradient }) => {
    builder.enter(`next.${slot.name}`);
    const sum = state.slot(`${accumulatedPrefix}${slot.name}`);
    return sum === undefined ? state.at(gradient) : add(sum, state.at(gradient));
  });
  builder.enter("next");
  const means = accumulate > 1 ? gradients.map((sum) => div(sum, number(accumulate))) : gradients;
  const clipped = clipNorm === undefined || means.length === 0 ? means : clipByGlobalNorm(builder, means, clipNorm);
  update(builder, state, { found, gradients: clipped, optimizer, averageDecay }, next);
  if (accumulate > 1) {
    builder.enter("next.accumulation");
    const count = state.slot(accumulatedSteps) as ValueId;
    const isLast = builder.node("equal", [count, number(accumulate - 1)]);
    const keep = (whenLast: ValueId, otherwise: ValueId): ValueId => where(isLast, whenLast, otherwise);
    for (const [slot, value] of next) next.set(slot, keep(value, slot));
    for (const [i, { slot }] of found.entries()) {
      const sum = state.slot(`${accumulatedPrefix}${slot.name}`) as ValueId;
      next.set(sum, keep(number(0), gradients[i] as ValueId));
    }
    next.set(count, keep(number(0), add(count, number(1))));
  }
  const stepped = graph.slots.map((slot): Slot => ({ ...slot, next: next.get(slot.value) ?? slot.next }));
  return { ...graph, slots: stepped, nodes: [...graph.nodes, ...builder.nodesMade], types: builder.types };
}

interface UpdateOf {
  readonly found: readonly Learner[];
  readonly gradients: readonly ValueId[];
  readonly optimizer: OptimizerRule;
  readonly averageDecay: number | undefined;
}

/** The optimiser's step and the moving average, as the next values of their slots. */
function update(
  builder: AppendingBuilder,
  state: StepState,
  { found, gradients, optimizer, averageDecay }: UpdateOf,
  next: Map<ValueId, ValueId>,
): void {
  const { add, mul, number, sub } = arithmetic(builder);
  builder.enter("next.optimizer");
  const counters = optimizer.counters.map((name) => state.slot(name) as ValueId);
  const shared = optimizer.begin(builder, counters);
  for (const [i, counter] of counters.entries()) next.set(counter, shared[i] as ValueId);
  const started = state.slot(averageStarted);
  builder.enter("next.average");
  // The first update copies the parameters themselves (torch.optim.swa_utils.AveragedModel).
  const kept = started === undefined ? undefined : mul(started, number(averageDecay ?? 0));
  const taken = kept === undefined ? undefined : sub(number(1), kept);
  // Not the constant itself: ONNX Runtime does not write a constant output into the given tensor.
  if (started !== undefined) next.set(started, builder.node("maximum", [started, number(1)]));
  for (const [i, { slot, rateScale, decayScale }] of found.entries()) {
    builder.enter(`next.${slot.name}`);
    const parameter = state.at(slot.value);
    const memories = optimizer.memories.map((name) => state.slot(`${name}.${slot.name}`) as ValueId);
    const rate = rateScale === 1 ? state.rate : mul(state.rate, number(rateScale));
    const weightDecay = optimizer.weightDecay * decayScale;
    const gradient = gradients[i] as ValueId;
    const updated = optimizer.update(builder, { parameter, gradient, memories, rate, weightDecay, shared });
    next.set(parameter, updated.parameter);
    for (const [k, memory] of memories.entries()) next.set(memory, updated.memories[k] as ValueId);
    const average = state.slot(`${averagePrefix}${slot.name}`);
    if (average === undefined || kept === undefined || taken === undefined) continue;
    next.set(average, add(mul(average, kept), mul(updated.parameter, taken)));
  }
}
