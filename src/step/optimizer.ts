import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "../ops/contracts.js";

/** One parameter's part of a step. */
export interface ParameterStep {
  readonly parameter: ValueId;
  readonly gradient: ValueId;
  /** The optimiser's state for this parameter, in the order of its `memories`. */
  readonly memories: readonly ValueId[];
  /** The learning rate of this parameter's group, a scalar. */
  readonly rate: ValueId;
  readonly weightDecay: number;
  /** The values that `begin` made for all parameters of this step. */
  readonly shared: readonly ValueId[];
}

export interface ParameterUpdate {
  readonly parameter: ValueId;
  readonly memories: readonly ValueId[];
}

/** How gradients update parameters; the state is in slots of the step. */
export interface OptimizerRule {
  readonly weightDecay: number;
  /** State per parameter, a tensor of its shape with initial value 0: `velocity` (slot `velocity.PARAMETER`). */
  readonly memories: readonly string[];
  /** Scalar state with initial value 0. */
  readonly counters: readonly string[];
  /** The counters after this step, which each parameter's update gets as `shared`. */
  begin(builder: GradientBuilder, counters: readonly ValueId[]): readonly ValueId[];
  update(builder: GradientBuilder, step: ParameterStep): ParameterUpdate;
}
