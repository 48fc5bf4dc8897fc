import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { padWith } from "./onnx-pad.js";
import { paddingAround, padsOf } from "./read-pads.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import { nhwc } from "./tfjs/layout.js";
import { padAround } from "./tfjs/window.js";
import { float } from "./torch/python.js";
import { paddedMap } from "./torch/window-padding.js";
import { resolvePadding } from "./window-arithmetic.js";

const attributes = attributesOf({
  padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]" },
  value: { kind: "float", doc: "the value of the new cells" },
});

export const pad = defineOp({
  name: "pad",
  family: "movement",
  doc: "A map with cells of one value put around it.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "pad",
      kind: "function",
      doc: "Puts cells of one value around a map.",
      inputs: ["input"],
      parameters: {
        padding: parameterOf(attributes.padding, { doc: "one number, (height, width) or (top, left, bottom, right)" }),
        value: parameterOf(attributes.value, { default: 0 }),
      },
      resolve: (args) => {
        const padding = resolvePadding(args.padding, [1, 1], [1, 1]);
        return isProblem(padding) ? padding : { padding, value: args.value };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { padding: [top, left, bottom, right] }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("pad", [input as TensorType]);
    if (wrong) return wrong;
    const [batch, channels, height, width] = shape;
    if (shape.length !== 4) return problem("shape/wrong-rank", { op: "pad", expected: 4, actual: shape }, "input");
    if (typeof height !== "number" || typeof width !== "number") {
      const axis = typeof height === "number" ? 3 : 2;
      return problem("shape/needs-fixed-size", { op: "pad", axis, actual: shape }, "input");
    }
    return [{ dtype, shape: [batch as Dim, channels as Dim, height + top + bottom, width + left + right] }];
  },
  work: () => work({}),
  evaluate: ([input], { padding: [top, left, bottom, right], value }) => {
    const { shape, data } = input as Tensor;
    const [batch = 0, channels = 0, height = 0, width = 0] = shape;
    const [outHeight, outWidth] = [height + top + bottom, width + left + right];
    const out = new Float64Array(batch * channels * outHeight * outWidth).fill(value);
    for (let map = 0; map < batch * channels; map++) {
      for (let row = 0; row < height; row++) {
        const from = (map * height + row) * width;
        out.set(data.subarray(from, from + width), (map * outHeight + row + top) * outWidth + left);
      }
    }
    return [{ shape: [batch, channels, outHeight, outWidth], data: out }];
  },
  gradient: (builder, { inputs }, [g], { padding: [top, left] }) => {
    const [, , height = 0, width = 0] = sizesOf(builder, inputs[0] as ValueId);
    const rows = builder.node("slice", [g as ValueId], { axis: 2, from: top, to: top + height });
    return [builder.node("slice", [rows], { axis: 3, from: left, to: left + width })];
  },
  readOnnx: [
    {
      nodeTypes: ["Pad"],
      read: (site) => {
        const [x, found] = [site.tensor(0), padsOf(site)];
        if (isProblem(x)) return x;
        if (isProblem(found)) return found;
        const padding = paddingAround(site, found);
        if (isProblem(padding)) return padding;
        if (found.mode !== "constant") return site.refuse(`it pads in the mode "${found.mode}"`);
        return site.make([x], { padding, value: found.value });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { padding: [top, left, bottom, right], value }) => {
    padWith(onnx, x, [0, 0, top, left, 0, 0, bottom, right], value, outputs);
  },
  lowerToTorch: (site, { padding, value }) =>
    paddedMap(site.tensor(0), padding, { value: [float("value", value), "0.0"] }),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { padding, value }) => {
    tfjs.set(y, padAround(tfjs, tfjs.map(x), padding, value), nhwc);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs, stays),
  isIdentity: () => true,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
