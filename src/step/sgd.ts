import { arithmetic } from "../ops/gradient-arithmetic.js";
import type { OptimizerRule } from "./optimizer.js";

/** Stochastic gradient descent as in torch.optim.SGD (without dampening). */
export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** g += decay * p; v = momentum * v + g; p -= rate * (v, or with Nesterov g + momentum * v). No velocity without momentum. */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): OptimizerRule {
  return {
    weightDecay,
    memories: momentum === 0 ? [] : ["velocity"],
    counters: [],
    begin: () => [],
    update: (builder, step) => {
      const { add, mul, number, sub } = arithmetic(builder);
      const { parameter, gradient, rate } = step;
      const decayed = step.weightDecay === 0 ? gradient : add(gradient, mul(parameter, number(step.weightDecay)));
      const [remembered] = step.memories;
      if (remembered === undefined) return { parameter: sub(parameter, mul(decayed, rate)), memories: [] };
      const velocity = add(mul(remembered, number(momentum)), decayed);
      const direction = nesterov ? add(decayed, mul(velocity, number(momentum))) : velocity;
      return { parameter: sub(parameter, mul(direction, rate)), memories: [velocity] };
    },
  };
}
