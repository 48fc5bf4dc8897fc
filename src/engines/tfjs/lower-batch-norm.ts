/** Batch norms by libtensorflow's fused ops: made of element-wise kernels they would be most of a step. */
import type { ValueId } from "../../ir/graph.js";
import { natural, nhwc } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

/** A tensor of rank 2 to 4 as a map with its channels last, and the way back. */
function asMap(site: TfjsSite, value: ValueId | undefined) {
  const sizes = site.sizesOf(value as ValueId);
  const [batch = 1, channels = 1, ...cells] = sizes;
  const layout = sizes.length === 4 ? nhwc : sizes.length === 3 ? [0, 2, 1] : natural(2);
  const [height = 1, width = 1] = cells;
  return {
    of: (given: ValueId | undefined): Register =>
      site.writer.reshape(site.inLayout(given, layout), [batch, height, width, channels]),
    set: (result: ValueId | undefined, register: Register): void => {
      const stored = layout.map((axis) => sizes[axis] as number);
      site.set(
        result,
        site.writer.reshape(site.writer.hasSizes(register, [batch, height, width, channels]), stored),
        layout,
      );
    },
  };
}

const types = { T: { type: "float32" }, U: { type: "float32" }, data_format: "NHWC", is_training: true } as const;

/**
 * Results 3 and 4 of FusedBatchNormV3 are what its gradient needs: on a CPU the mean and the biased variance. (Its result 2
 * is unbiased; on a GPU result 4 is another thing.)
 */
export const batchNormTraining: Lowering = (site, { inputs: [x, weight, bias], outputs, attributes }) => {
  const map = asMap(site, x);
  const { writer } = site;
  const empty = writer.constant(new Float32Array(0), [0]);
  const operands = [map.of(x), site.plain(weight), site.plain(bias), empty, empty];
  const own = { epsilon: { float: attributes.epsilon as number }, exponential_avg_factor: { float: 1 } };
  const [y, , , mean, variance] = writer.native("FusedBatchNormV3", operands, { ...types, ...own }, 6);
  map.set(outputs[0], y as Register);
  site.set(outputs[1], mean as Register);
  site.set(outputs[2], variance as Register);
};

export const batchNormGradient: Lowering = (site, { inputs: [x, weight, mean, variance, g], outputs, attributes }) => {
  const map = asMap(site, x);
  const { writer } = site;
  const empty = writer.constant(new Float32Array(0), [0]);
  const operands = [map.of(g), map.of(x), site.plain(weight), site.plain(mean), site.plain(variance), empty];
  const own = { epsilon: { float: attributes.epsilon as number } };
  const [forInput, forWeight, forBias] = writer.native("FusedBatchNormGradV3", operands, { ...types, ...own }, 5);
  map.set(outputs[0], forInput as Register);
  site.set(outputs[1], forWeight as Register);
  site.set(outputs[2], forBias as Register);
};

/** By running statistics. */
export const batchNorm: Lowering = (
  site,
  { inputs: [x, weight, bias, runningMean, runningVariance], outputs, attributes },
) => {
  const map = asMap(site, x);
  const [scale, offset, mean, variance] = [weight, bias, runningMean, runningVariance].map((value) =>
    site.plain(value),
  ) as [Register, Register, Register, Register];
  const operands = { x: map.of(x), scale, offset, mean, variance };
  map.set(
    outputs[0],
    site.writer.kernel("FusedBatchNorm", operands, { varianceEpsilon: attributes.epsilon as number }),
  );
};
