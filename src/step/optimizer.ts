import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "../ops/contracts.js";

/** One parameter's part of a step. */
export interface ParameterStep {
  readonly parameter: ValueId;
  readonly gradient: ValueId;
  /** What the optimiser remembers of this parameter, in the order of its `memories`. */
  readonly memories: readonly ValueId[];
  /** The learning rate of this parameter's group, a number. */
  readonly rate: ValueId;
  readonly weightDecay: number;
  /** What `begin` made for all parameters of this step. */
  readonly shared: readonly ValueId[];
}

export interface ParameterUpdate {
  readonly parameter: ValueId;
  readonly memories: readonly ValueId[];
}

/** How gradients become new parameters; the state is slots of the step. */
export interface OptimizerRule {
  readonly weightDecay: number;
  /** What it remembers of each parameter, a tensor of its shape that begins as zeros: `velocity` (slot `velocity.PARAMETER`). */
  readonly memories: readonly string[];
  /** Numbers that it remembers beside the parameters; each begins as 0. */
  readonly counters: readonly string[];
  /** The counters after this step, which are handed to each parameter's update as `shared`. */
  begin(builder: GradientBuilder, counters: readonly ValueId[]): readonly ValueId[];
  update(builder: GradientBuilder, step: ParameterStep): ParameterUpdate;
}
