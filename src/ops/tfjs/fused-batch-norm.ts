/** Batch norms by libtensorflow's fused ops: made of element-wise kernels they would be most of a step. */
import type { ValueId } from "../../ir/graph.js";
import type { Register, TfjsBuilder } from "./builder.js";
import { natural, nhwc } from "./layout.js";

/** A tensor of rank 2 to 4 as a map with its channels last, and the way back. */
export function asMap(tfjs: TfjsBuilder, value: ValueId | undefined) {
  const sizes = tfjs.sizesOf(value);
  const [batch = 1, channels = 1, ...cells] = sizes;
  const layout = sizes.length === 4 ? nhwc : sizes.length === 3 ? [0, 2, 1] : natural(2);
  const [height = 1, width = 1] = cells;
  return {
    of: (given: ValueId | undefined): Register =>
      tfjs.reshape(tfjs.inLayout(given, layout), [batch, height, width, channels]),
    set: (result: ValueId | undefined, register: Register): void => {
      const stored = layout.map((axis) => sizes[axis] as number);
      tfjs.set(result, tfjs.reshape(tfjs.hasSizes(register, [batch, height, width, channels]), stored), layout);
    },
  };
}

/** What both fused ops are told besides epsilon. */
export const fusedTypes = {
  T: { type: "float32" },
  U: { type: "float32" },
  data_format: "NHWC",
  is_training: true,
} as const;

/** For the running statistics, which training does not give. */
export const nothing = (tfjs: TfjsBuilder): Register => tfjs.constant(new Float32Array(0), [0]);
