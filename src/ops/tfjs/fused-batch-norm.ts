/** Batch norms by libtensorflow's fused ops: as elementwise kernels they would take most of a step. */
import type { ValueId } from "../../ir/graph.js";
import type { Register, TfjsBuilder } from "./builder.js";
import { natural, nhwc } from "./layout.js";

/** A tensor of rank 2 to 4 as a map with channels last, and the inverse. */
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

/** The attributes of both fused ops besides epsilon. */
export const fusedTypes = {
  T: { type: "float32" },
  U: { type: "float32" },
  data_format: "NHWC",
  is_training: true,
} as const;

/** In place of the running statistics, which are not passed in training. */
export const nothing = (tfjs: TfjsBuilder): Register => tfjs.constant(new Float32Array(0), [0]);
