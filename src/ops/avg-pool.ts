import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { sizesOf } from "./gradient-arithmetic.js";
import {
  evaluatePool,
  inferPoolTypes,
  type PoolAttributes,
  poolAttributes,
  poolParameters,
  poolWindow,
  resolvePool,
} from "./pooling.js";
import { surface } from "./surface.js";

type AvgPoolAttributes = PoolAttributes & { readonly count_include_pad: boolean };

/** PyTorch's AvgPool2d: padding counts as zeros in the mean unless `count_include_pad` is false (ONNX's default). */
export const avgPool = defineOp<AvgPoolAttributes>({
  name: "avg_pool",
  doc: "The mean of each window.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {
    ...poolAttributes,
    count_include_pad: { kind: "bool", doc: "whether padded cells count in the mean, as zeros" },
  },
  surfaces: [
    surface({
      name: "avg_pool",
      kind: "function",
      doc: "The mean of each window.",
      inputs: ["input"],
      parameters: {
        ...poolParameters,
        count_include_pad: { kind: "bool", default: true, doc: "whether padded cells count in the mean, as zeros" },
      },
      resolve: (args) => {
        const pool = resolvePool(args);
        return isProblem(pool) ? pool : { ...pool, count_include_pad: args.count_include_pad };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => inferPoolTypes("avg_pool", input as TensorType, a),
  work: (_, [output], a) => {
    const outputs = elementCount((output as TensorType).shape);
    return work({ adds: outputs * (a.kernel[0] * a.kernel[1] - 1), divisions: outputs });
  },
  evaluate: ([input], a) => {
    const cells = a.kernel[0] * a.kernel[1];
    const mean = (sum: number, inside: number): number => sum / (a.count_include_pad ? cells : inside);
    return [evaluatePool(input as Tensor, a, 0, (sum, x) => sum + x, mean)];
  },
  gradient: (builder, { inputs }, [g], a) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    return [builder.node("avg_pool_input_gradient", [g as ValueId], { ...a, size: [height, width] })];
  },
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    const count_include_pad = a.count_include_pad ? 1 : 0;
    onnx.node(
      "AveragePool",
      inputs,
      { count_include_pad, kernel_shape: a.kernel, pads: a.padding, strides: a.stride },
      outputs,
    );
  },
  window: poolWindow,
  inPlace: false,
});
