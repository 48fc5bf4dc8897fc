/** Norms over each sample. */
import type { Register, TfjsCalls } from "./builder.js";
import { kernelsOf } from "./kernels.js";

/** (x - mean) / sqrt(variance + epsilon) over stored axes. */
export function normalisedOver(tfjs: TfjsCalls, x: Register, axes: readonly number[], epsilon: number): Register {
  const k = kernelsOf(tfjs);
  const centred = k.sub(x, k.mean(x, axes));
  const variance = k.mean(k.mul(centred, centred), axes);
  return k.div(centred, tfjs.kernel("Sqrt", { x: k.add(variance, k.number(epsilon)) }));
}
