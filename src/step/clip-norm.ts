import { invariant } from "../diagnostics/invariant.js";
import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "../ops/contracts.js";
import { arithmetic, sizesOf } from "../ops/gradient-arithmetic.js";

/**
 * All gradients times min(1, limit / (norm + 1e-6)), where norm is that of all gradients as one vector
 * (torch.nn.utils.clip_grad_norm_).
 */
export function clipByGlobalNorm(
  builder: GradientBuilder,
  gradients: readonly ValueId[],
  limit: number,
): readonly ValueId[] {
  const { add, div, mul, number } = arithmetic(builder);
  const squares = gradients.map((gradient) => {
    const axes = [...sizesOf(builder, gradient).keys()];
    const square = builder.node("square", [gradient]);
    return axes.length === 0 ? square : builder.node("reduce_sum", [square], { axes, keep: false });
  });
  const [first, ...rest] = squares;
  invariant(first !== undefined, "there is no gradient to clip");
  const norm = builder.node("sqrt", [rest.reduce(add, first)]);
  const scale = builder.node("minimum", [div(number(limit), add(norm, number(1e-6))), number(1)]);
  return gradients.map((gradient) => mul(gradient, scale));
}
