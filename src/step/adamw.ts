import { arithmetic } from "../ops/gradient-arithmetic.js";
import { type AdamOptions, adamCounters, adamMemories, adamUpdate, momentWeights } from "./adam.js";
import type { OptimizerRule } from "./optimizer.js";

/** AdamW (Loshchilov and Hutter, 2019) as in torch.optim.AdamW: p *= 1 - rate * decay, then Adam's step. */
export function adamw(options: AdamOptions): OptimizerRule {
  return {
    weightDecay: options.weightDecay,
    memories: adamMemories,
    counters: adamCounters,
    begin: (builder, counters) => momentWeights(builder, counters, options),
    update: (builder, step) => {
      const { mul, number, sub } = arithmetic(builder);
      const { parameter, rate, weightDecay } = step;
      const kept = weightDecay === 0 ? parameter : sub(parameter, mul(parameter, mul(rate, number(weightDecay))));
      return adamUpdate(builder, { ...step, parameter: kept }, options);
    },
  };
}
