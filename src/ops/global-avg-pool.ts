import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { averagedCells } from "./adaptive-bins.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { arithmetic, broadcastToSizes, sizesOf } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { gone, pooled } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { call } from "./torch/python.js";

export const globalAvgPool = defineOp({
  name: "global_avg_pool",
  family: "pooling",
  doc: "The mean of each channel's whole map: [N, C, H, W] to [N, C, 1, 1].",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {},
  surfaces: [
    surface({
      name: "global_avg_pool",
      kind: "function",
      doc: "The mean of each channel's whole map, as a map of one cell.",
      inputs: ["input"],
      parameters: {},
      resolve: () => ({}),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input]) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("global_avg_pool", [input as TensorType]);
    if (wrong) return wrong;
    if (shape.length !== 4) {
      return problem("shape/wrong-rank", { op: "global_avg_pool", expected: 4, actual: shape }, "input");
    }
    return [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, 1, 1] }];
  },
  work: ([input], [output]) => {
    const [cells, maps] = [elementCount((input as TensorType).shape), elementCount((output as TensorType).shape)];
    return work({ adds: cells - maps, divisions: maps });
  },
  evaluate: ([input]) => {
    const { shape, data } = input as Tensor;
    const [batch = 0, channels = 0, height = 0, width = 0] = shape;
    const [maps, cells] = [batch * channels, height * width];
    const out = new Float64Array(maps);
    for (let map = 0; map < maps; map++) {
      let sum = 0;
      for (let i = map * cells; i < (map + 1) * cells; i++) sum += data[i] as number;
      out[map] = sum / cells;
    }
    return [{ shape: [batch, channels, 1, 1], data: out }];
  },
  gradient: (builder, { inputs }, [g]) => {
    const sizes = sizesOf(builder, inputs[0] as ValueId);
    const [, , height = 1, width = 1] = sizes;
    const { mul, number } = arithmetic(builder);
    return [broadcastToSizes(builder, mul(g as ValueId, number(1 / (height * width))), sizes)];
  },
  readOnnx: [nodesOfOne("GlobalAveragePool")],
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("GlobalAveragePool", inputs, {}, outputs);
  },
  lowerToTorch: (site) => call("F.adaptive_avg_pool2d", [site.tensor(0), "1"]),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }) => {
    tfjs.set(y, kernelsOf(tfjs).mean(tfjs.map(x), [1, 2]), nhwc);
  },
  // The window is the whole map, so there is no window of fixed size.
  window: () => undefined,
  spatial: () => pooled(() => gone),
  isIdentity: () => false,
  facts: ([input], [output]) => ({ averagedCells: averagedCells(input, output) }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
