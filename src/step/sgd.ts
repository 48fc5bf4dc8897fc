import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "../ops/contracts.js";
import { arithmetic } from "../ops/gradient-arithmetic.js";

/** Stochastic gradient descent as torch.optim.SGD has it (no dampening). */
export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

export interface Updated {
  readonly parameter: ValueId;
  /** What the velocity becomes; undefined without momentum. */
  readonly velocity: ValueId | undefined;
}

/** g += decay * p; v = momentum * v + g; p -= rate * (v, or with Nesterov g + momentum * v). */
export function sgdUpdate(
  builder: GradientBuilder,
  values: {
    readonly parameter: ValueId;
    readonly gradient: ValueId;
    readonly velocity: ValueId | undefined;
    readonly rate: ValueId;
  },
  { momentum, nesterov, weightDecay }: SgdOptions,
): Updated {
  const { add, mul, number, sub } = arithmetic(builder);
  const { parameter, rate } = values;
  const decayed = weightDecay === 0 ? values.gradient : add(values.gradient, mul(parameter, number(weightDecay)));
  const velocity = values.velocity === undefined ? undefined : add(mul(values.velocity, number(momentum)), decayed);
  const step = velocity === undefined ? decayed : nesterov ? add(decayed, mul(velocity, number(momentum))) : velocity;
  return { parameter: sub(parameter, mul(step, rate)), velocity };
}
