/**
 * Adam (Kingma and Ba, 2015) and what it shares with AdamW:
 *
 *   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
 *   p -= rate * (m / c1) / (sqrt(v / c2) + eps)
 *
 * The corrections c = 1 - b^t are the sums of the weights in m and v, and follow the same recurrence: c = b c + (1 - b).
 * So they need no power, and lose no digits in float32, where 1 - 0.999^t would.
 */
import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "../ops/contracts.js";
import { arithmetic } from "../ops/gradient-arithmetic.js";
import type { OptimizerRule, ParameterStep, ParameterUpdate } from "./optimizer.js";

export interface AdamOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

export const adamMemories = ["first_moment", "second_moment"] as const;
export const adamCounters = ["first_moment_weight", "second_moment_weight"] as const;

/** Adam as in torch.optim.Adam: weight decay is part of the gradient. */
export function adam(options: AdamOptions): OptimizerRule {
  return {
    weightDecay: options.weightDecay,
    memories: adamMemories,
    counters: adamCounters,
    begin: (builder, counters) => momentWeights(builder, counters, options),
    update: (builder, step) => {
      const { add, mul, number } = arithmetic(builder);
      const { gradient, parameter, weightDecay } = step;
      const decayed = weightDecay === 0 ? gradient : add(gradient, mul(parameter, number(weightDecay)));
      return adamUpdate(builder, { ...step, gradient: decayed }, options);
    },
  };
}

/** The two bias corrections after this step. */
export function momentWeights(
  builder: GradientBuilder,
  counters: readonly ValueId[],
  { betas }: AdamOptions,
): readonly ValueId[] {
  const { add, mul, number } = arithmetic(builder);
  return counters.map((weight, i) => add(mul(weight, number(betas[i] as number)), number(1 - (betas[i] as number))));
}

/** The step without weight decay. */
export function adamUpdate(
  builder: GradientBuilder,
  { parameter, gradient, memories, rate, shared }: ParameterStep,
  { betas, eps }: AdamOptions,
): ParameterUpdate {
  const { add, div, mul, number, sub } = arithmetic(builder);
  const [first, second] = memories as readonly [ValueId, ValueId];
  const [firstWeight, secondWeight] = shared as readonly [ValueId, ValueId];
  const follow = (memory: ValueId, value: ValueId, beta: number): ValueId =>
    add(mul(memory, number(beta)), mul(value, number(1 - beta)));
  const m = follow(first, gradient, betas[0]);
  const v = follow(second, builder.node("square", [gradient]), betas[1]);
  const size = add(builder.node("sqrt", [div(v, secondWeight)]), number(eps));
  return { parameter: sub(parameter, mul(div(m, size), div(rate, firstWeight))), memories: [m, v] };
}
