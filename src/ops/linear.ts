import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf } from "./expand.js";
import { reshapeTo, sizesOf, sumToSizes, transposeLast } from "./gradient-arithmetic.js";
import type { OnnxNode, OnnxReadSite, Reading } from "./onnx-node.js";
import { productsOf, reachedTaps } from "./reached-taps.js";
import { only } from "./read-nodes.js";
import { addRowProducts } from "./row-products.js";
import { alongAxes, gone } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { call, flag, int } from "./torch/python.js";

const attributes = attributesOf({
  features: { kind: "int", min: 1, doc: "number of outputs" },
  bias: { kind: "bool", doc: "whether a bias is added" },
});

type LinearAttributes = AttributesOf<typeof attributes>;

const lastOf = (type: TensorType | undefined): Dim => type?.shape.at(-1) ?? 1;

/** Reads an ONNX node as a linear layer, with the matrix as [features, inputs], in whichever orientation the file has it. */
function readLinear(site: OnnxReadSite<LinearAttributes>, dims: readonly number[], isTurned: boolean): Reading {
  const [rows = 0, columns = 0] = dims;
  const [features, inputs] = isTurned ? [rows, columns] : [columns, rows];
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  if (shape.at(-1) !== inputs)
    return site.refuse(`its weight is for ${inputs} features, and it gets ${String(shape.at(-1))}`);
  const weight = site.weight(1, "parameter", [features, inputs], !isTurned);
  const vector = site.fixed(2);
  if (!site.has(2) || (vector !== undefined && countOf(vector.dims) === features)) {
    const bias = vector === undefined ? [] : [site.weight(2, "parameter", [features])];
    return site.make([x, weight, ...bias], { features, bias: bias.length > 0 });
  }
  // One number for all, one for each row, or a computed sum.
  const product = site.make([x, weight], { features, bias: false });
  return isProblem(product) ? product : only(site.one("add", [...product, site.tensor(2)]));
}

/**
 * Whether a product, perhaps with a sum after it (input 2), is a trained layer. The constant matrices that lferc writes to
 * resize a map are not.
 */
function isLearnt(node: OnnxNode): boolean {
  const [x, matrix, vector] = [node.input(0), node.fixed(1), node.fixed(2)];
  if (matrix?.isTrained !== true || matrix.dims.length !== 2) return false;
  if (x?.kind !== "tensor" || x.type.shape.length < 2) return false;
  return !node.has(2) || (vector?.dims.length === 1 && vector.dims[0] === matrix.dims[1]);
}

/** The weight is [features, inputs] as in PyTorch, so that weight files fit. */
export const linear = defineOp({
  name: "linear",
  family: "product",
  doc: "x W^T + b over the last axis.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter", optional: true },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "linear",
      kind: "block",
      doc: "A fully connected layer over the last axis.",
      inputs: ["input"],
      parameters: {
        features: parameterOf(attributes.features),
        bias: parameterOf(attributes.bias, { default: true, doc: "add a learnt number to each output" }),
      },
      resolve: (args) => args,
    }),
  ],
  // PyTorch Linear.reset_parameters: kaiming_uniform(a = sqrt 5) is U(-b, b) with b = 1 / sqrt(inputs), for the bias too.
  slots: ([input], a) => {
    const inputs = lastOf(input) as number;
    const bound = 1 / Math.sqrt(inputs);
    const initializer = { kind: "uniform", low: -bound, high: bound } as const;
    const weight = { type: { dtype: "float32", shape: [a.features, inputs] }, initializer } as const;
    const bias = { type: { dtype: "float32", shape: [a.features] }, initializer } as const;
    return a.bias ? { weight, bias } : { weight };
  },
  inferTypes: ([input], a) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("linear", [input as TensorType]);
    if (wrong) return wrong;
    if (shape.length < 2) {
      return problem("shape/wrong-rank", { op: "linear", expected: "two or more", actual: shape }, "input");
    }
    if (typeof lastOf(input) !== "number") {
      return problem("shape/needs-fixed-size", { op: "linear", axis: shape.length - 1, actual: shape }, "input");
    }
    return [{ dtype, shape: [...shape.slice(0, -1), a.features] }];
  },
  work: ([input], [output], a) => {
    const outputs = elementCount((output as TensorType).shape);
    const products = lastOf(input) as number;
    return work({ multiplies: outputs * products, adds: outputs * (products - 1 + (a.bias ? 1 : 0)) });
  },
  evaluate: ([input, weight, bias], a) => {
    const { shape, data: x } = input as Tensor;
    const inputs = shape.at(-1) as number;
    const rows = x.length / inputs;
    const out = new Float64Array(rows * a.features);
    if (bias !== undefined) for (let row = 0; row < rows; row++) out.set(bias.data, row * a.features);
    const features = { data: (weight as Tensor).data, start: 0, count: a.features };
    addRowProducts(out, 0, { data: x, start: 0, count: rows }, features, inputs);
    return [{ shape: [...shape.slice(0, -1), a.features], data: out }];
  },
  gradient: (builder, { inputs }, [resultGradient], { features, bias }) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const g = resultGradient as ValueId;
    const rows = (value: ValueId, columns: number): ValueId =>
      reshapeTo(builder, value, [countOf(sizesOf(builder, value)) / columns, columns]);
    const forWeight = builder.node("matmul", [
      transposeLast(builder, rows(g, features)),
      rows(x, sizesOf(builder, x).at(-1) as number),
    ]);
    const forBias = bias ? [sumToSizes(builder, g, [features])] : [];
    return [builder.node("matmul", [g, weight]), forWeight, ...forBias];
  },
  readOnnx: [
    {
      nodeTypes: ["Gemm"],
      read: (site) => {
        const matrix = site.fixed(1);
        const [isTurned, isWeightTurned] = ["transA", "transB"].map((name) => site.attributes.int(name, 0) === 1);
        // Before opset 7; the bias is broadcast in any case.
        site.attributes.int("broadcast", 0);
        const scales = [site.attributes.float("alpha", 1), site.attributes.float("beta", 1)];
        if (matrix !== undefined && matrix.dims.length === 2 && isTurned === false) {
          // Constant factors of a weight and of a bias are part of them.
          return readLinear(site, matrix.dims, isWeightTurned === true);
        }
        if (scales.some((scale) => scale !== 1)) {
          return site.refuse(`it scales computed matrices by ${scales.join(" and ")}, which lferc does not count`);
        }
        const turn = (index: number, isWanted: boolean | undefined): ValueId | Problem =>
          isWanted === true ? site.one("transpose", [site.tensor(index)], { permutation: [1, 0] }) : site.tensor(index);
        const product = site.one("matmul", [turn(0, isTurned), turn(1, isWeightTurned)]);
        return only(site.has(2) ? site.one("add", [product, site.tensor(2)]) : product);
      },
    },
    {
      nodeTypes: ["MatMul"],
      takes: isLearnt,
      read: (site) => readLinear(site, site.fixed(1)?.dims ?? [], false),
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = "", weight = "", bias], outputs, inputTypes }) => {
    if (inputTypes[0]?.shape.length === 2) {
      onnx.node("Gemm", bias === undefined ? [x, weight] : [x, weight, bias], { transB: 1 }, outputs);
      return;
    }
    const [turned = ""] = onnx.node("Transpose", [weight], { perm: [1, 0] });
    if (bias === undefined) {
      onnx.node("MatMul", [x, turned], {}, outputs);
      return;
    }
    const [product = ""] = onnx.node("MatMul", [x, turned]);
    onnx.node("Add", [product, bias], {}, outputs);
  },
  // x W^T + b over the last axis.
  lowerToTorch: {
    layer: ([input], a) =>
      call("nn.Linear", [int("in_features", lastOf(input) as number), int("features", a.features)], {
        bias: [flag("bias", a.bias), "True"],
      }),
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs: [y] }) => {
    const sizes = tfjs.sizesOf(x);
    const columns = sizes.at(-1) as number;
    const rows = tfjs.reshape(tfjs.plain(x), [countOf(sizes) / columns, columns]);
    const operands = { a: rows, b: tfjs.plain(weight) };
    const product = tfjs.kernel("BatchMatMul", operands, { transposeA: false, transposeB: true });
    const sum = bias === undefined ? product : kernelsOf(tfjs).add(product, tfjs.plain(bias));
    tfjs.set(y, tfjs.reshape(sum, tfjs.sizesOf(y)));
  },
  window: () => undefined,
  spatial: (inputs) =>
    alongAxes(inputs.slice(0, 1), (axis, { shape }) => (axis === shape.length - 1 ? gone : undefined)),
  isIdentity: () => false,
  facts: (inputs) => ({ productsPerOutput: productsOf(inputs) }),
  pieces: () => ({ kind: "none" }),
  outputChannels: (_, rank) => (rank === 2 ? 0 : undefined),
  channels: ([input], a) =>
    input?.shape.length === 2
      ? { kind: "sums", from: 1, to: 0, withChannels: (features) => ({ ...a, features }) }
      : { kind: "free" },
  probe: { kind: "layer", fanIn: reachedTaps, channelAxis: -1 },
  inPlace: false,
});
