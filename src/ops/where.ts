import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { broadcastOrProblem, broadcastSizes } from "./binary.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { expandTo } from "./expand.js";
import { arithmetic, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { tiledOperand } from "./tfjs/tiled.js";
import { call } from "./torch/python.js";

export const where = defineOp({
  name: "where",
  family: "logic",
  doc: "a where the condition is true, else b, with broadcasting.",
  inputs: [
    { name: "condition", role: "tensor" },
    { name: "a", role: "tensor" },
    { name: "b", role: "tensor" },
  ],
  results: ["output"],
  attributes: {},
  surfaces: [
    surface({
      name: "where",
      kind: "function",
      doc: "`a` where the condition is true, else `b`.",
      inputs: ["condition", "a", "b"],
      parameters: {},
      resolve: () => ({}),
    }),
  ],
  slots: () => ({}),
  inferTypes: (inputs) => {
    const [condition, a, b] = inputs as readonly [TensorType, TensorType, TensorType];
    if (condition.dtype !== "bool") {
      return problem("shape/wrong-dtype", { op: "where", expected: "bool", actual: condition.dtype }, "condition");
    }
    const wrong = floatProblem("where", [a, b]);
    if (wrong) return wrong;
    const values = broadcastOrProblem("where", a.shape, b.shape);
    if (isProblem(values)) return values;
    const shape = broadcastOrProblem("where", condition.shape, values);
    return isProblem(shape) ? shape : [{ dtype: a.dtype, shape }];
  },
  work: (_, [output]) => work({ compares: elementCount((output as TensorType).shape) }),
  evaluate: (inputs) => {
    const [condition, a, b] = inputs as readonly [Tensor, Tensor, Tensor];
    const shape = broadcastSizes(condition.shape, broadcastSizes(a.shape, b.shape));
    const [left, right] = [expandTo(a, shape).data, expandTo(b, shape).data];
    const choose = (holds: number, i: number): number => (holds !== 0 ? (left[i] as number) : (right[i] as number));
    return [{ shape, data: expandTo(condition, shape).data.map(choose) }];
  },
  gradient: (builder, { inputs }, [g]) => {
    const [condition, a, b] = inputs as readonly [ValueId, ValueId, ValueId];
    const { number, where } = arithmetic(builder);
    const forA = sumToSizes(builder, where(condition, g as ValueId, number(0)), sizesOf(builder, a));
    return [undefined, forA, sumToSizes(builder, where(condition, number(0), g as ValueId), sizesOf(builder, b))];
  },
  readOnnx: [
    {
      nodeTypes: ["Where"],
      read: (site) => {
        const values = site.tensors();
        return isProblem(values) ? values : site.make(values, {});
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("Where", inputs, {}, outputs);
  },
  lowerToTorch: (site) => call("torch.where", [site.tensor(0), site.operand(1), site.operand(2)]),
  lowerToTfjs: (tfjs, { inputs, outputs: [y] }) => {
    const sizes = tfjs.sizesOf(y);
    const layout = tfjs.commonLayout(inputs, sizes.length);
    const operands = inputs.map((value) => tiledOperand(tfjs, value, layout, sizes));
    const [condition, t, e] = operands as [Register, Register, Register];
    tfjs.set(y, tfjs.kernel("Select", { condition, t, e }), layout);
  },
  window: () => undefined,
  spatial: cellByCell,
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
