import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { sameShape, type TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { broadcastOrProblem } from "./binary.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { expandTo } from "./expand.js";
import { notReadBack } from "./onnx-node.js";
import { cellByCell } from "./spatial.js";
import { natural, nhwc } from "./tfjs/layout.js";
import { tiledOperand } from "./tfjs/tiled.js";
import { leftToAutograd } from "./torch/lowering.js";

const attributes = attributesOf({ sizes: { kind: "ints", min: 1, doc: "the sizes of the result" } });

/** The gradient of sums and means. Sizes are numbers: the batch is bound before differentiation. */
export const broadcastTo = defineOp({
  name: "broadcast_to",
  family: "training",
  doc: "The tensor repeated to these sizes by the broadcasting rules.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: ([input], { sizes }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("broadcast_to", [input as TensorType]);
    if (wrong) return wrong;
    const repeated = broadcastOrProblem("broadcast_to", shape, sizes);
    if (isProblem(repeated)) return repeated;
    if (sameShape(repeated, sizes)) return [{ dtype, shape: sizes }];
    const holes = { op: "broadcast_to", input: "input", given: shape, needed: sizes };
    return problem("graph/wrong-operand", holes, "sizes");
  },
  work: () => work({}),
  evaluate: ([input], { sizes }) => [expandTo(input as Tensor, sizes)],
  gradient: notDifferentiable("first order only"),
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { sizes }) => {
    onnx.node("Expand", [x, onnx.int64s(sizes)], {}, outputs);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }) => {
    const to = tfjs.sizesOf(y);
    const layout = to.length === 4 ? nhwc : natural(to.length);
    tfjs.set(y, tiledOperand(tfjs, x, layout, to), layout);
  },
  window: () => undefined,
  spatial: cellByCell,
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
