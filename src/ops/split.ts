import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { addDims, type Dim, elementCount, formatDim, type Shape, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis, viewAlong } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { broadcastToSizes, sizesOf } from "./gradient-arithmetic.js";
import type { OnnxNode } from "./onnx-node.js";
import { counted } from "./read-nodes.js";
import { fromSignedSize, fromSignedSizes, type SignedSizes, toSignedSizes } from "./signed-sizes.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register, TfjsBuilder } from "./tfjs/builder.js";
import { dealtOut } from "./tfjs/interleaved-halves.js";
import { storedSizes } from "./tfjs/layout.js";
import { call, int, tuple } from "./torch/python.js";

const attributes = attributesOf({
  axis: { kind: "int", min: 0, doc: "the axis that is cut" },
  sizes: { kind: "ints", signedSizes: true, doc: "the parts' sizes, in order; -k stands for k*N" },
});

type SplitAttributes = AttributesOf<typeof attributes>;

const isEqualParts = (sizes: SignedSizes): boolean => sizes.every((size) => size === sizes[0]);

/** The range of each part, in the unit of the sizes. */
function rangesOf(sizes: SignedSizes): readonly (readonly [number, number])[] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return [end - size, end];
  });
}

/** The signed sizes of `parts` equal parts, or a problem. */
function equalParts(shape: Shape, axis: number, parts: number): SignedSizes | Problem {
  const size = shape[axis] as Dim;
  const amount = typeof size === "number" ? size : size.batch;
  if (amount % parts !== 0) {
    const what = typeof size === "number" ? `axis ${axis}` : `axis ${axis} (in units of N)`;
    return problem("shape/not-divisible", { what, amount, by: parts, why: "split makes equal parts" }, "parts");
  }
  const part = typeof size === "number" ? size / parts : { batch: amount / parts };
  return toSignedSizes(new Array<Dim>(parts).fill(part));
}

/** Checks the sizes. Along the batch, only equal parts can be computed at run time. */
function sizesProblem(shape: Shape, { axis, sizes }: SplitAttributes): Problem | undefined {
  const size = shape[axis] as Dim;
  let total: Dim | undefined;
  for (const part of fromSignedSizes(sizes)) total = total === undefined ? part : addDims(total, part);
  const alongBatch = typeof size !== "number";
  const fits =
    total !== undefined &&
    formatDim(total) === formatDim(size) &&
    sizes.every((part) => (alongBatch ? part < 0 : part > 0)) &&
    (!alongBatch || isEqualParts(sizes));
  if (fits) return undefined;
  const said = `[${sizes.map((part) => formatDim(fromSignedSize(part))).join(", ")}]`;
  return problem("shape/split-mismatch", { sizes: said, axis, size, actual: shape }, "sizes");
}

/** Sizes of the parts of an ONNX node: given, or equal, with a smaller last one. */
function partsOf(node: OnnxNode, whole: Dim): readonly Dim[] | Problem {
  const given = node.numbers(1) ?? node.attributes.ints("split");
  const count = node.outputCount;
  const said = node.attributes.int("num_outputs", count);
  if (said !== count) return node.refuse(`it should give ${said} parts, but has ${count} results`);
  if (given !== undefined) return given;
  if (typeof whole !== "number") {
    return whole.batch % count === 0
      ? new Array<Dim>(count).fill({ batch: whole.batch / count })
      : node.refuse("it cuts the batch into uneven parts");
  }
  const size = Math.ceil(whole / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(size, whole - i * size)));
}

/** Where a value has first the even, then the odd channels of another: as the gradient of a shuffle of two groups has them. */
function shuffledPairs(tfjs: TfjsBuilder, value: ValueId): ValueId | undefined {
  if (!tfjs.isNative || tfjs.dtypeOf(value) !== "float32") return undefined;
  const maker = tfjs.makerOf(value);
  const channels = tfjs.sizesOf(value)[1] as number;
  return maker?.op === "channel_shuffle" && maker.attributes.groups === channels / 2 ? maker.inputs[0] : undefined;
}

export const split = defineOp({
  name: "split",
  family: "movement",
  doc: "A tensor cut into parts along one axis; one result for each.",
  inputs: [{ name: "input", role: "tensor" }],
  results: "many",
  attributes,
  surfaces: [
    surface({
      name: "split",
      kind: "function",
      doc: "Cuts a tensor into parts along one axis: `a, b = split(x, parts: 2)`.",
      inputs: ["input"],
      parameters: {
        parts: { kind: "int", min: 1, max: 65536, computed: "as many as `sizes` has, else 2", doc: "equal parts" },
        sizes: { kind: "ints", min: 1, computed: "equal parts", doc: "the size of each part" },
        axis: { kind: "int", default: 1, doc: "the axis to cut; negative: from the end" },
      },
      resolve: ({ parts, sizes, axis: said }, [input]) => {
        const shape = input?.shape ?? [];
        const axis = resolveAxis("split", said, shape);
        if (isProblem(axis)) return axis;
        if (sizes === undefined) {
          const equal = equalParts(shape, axis, parts ?? 2);
          return isProblem(equal) ? equal : { axis, sizes: equal };
        }
        if (parts === undefined || parts === sizes.length) return { axis, sizes };
        const both = `${parts} parts and [${sizes.join(", ")}] at once`;
        return problem("shape/split-mismatch", { sizes: both, axis, size: shape[axis] as Dim, actual: shape }, "parts");
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => {
    const { dtype, shape } = input as TensorType;
    const wrong = axisProblem("split", a.axis, shape) ?? sizesProblem(shape, a);
    if (wrong) return wrong;
    const parts = fromSignedSizes(a.sizes);
    return parts.map((part) => ({ dtype, shape: shape.map((dim, axis) => (axis === a.axis ? part : dim)) }));
  },
  work: () => work({}),
  evaluate: ([input], { axis, sizes }) => {
    const { shape, data } = input as Tensor;
    const { outer, length, inner } = viewAlong(shape, axis);
    const unit = length / sizes.reduce((sum, size) => sum + Math.abs(size), 0);
    let first = 0;
    return sizes.map((size) => {
      const part = Math.abs(size) * unit;
      const out = new Float64Array(outer * part * inner);
      for (let o = 0; o < outer; o++) {
        const from = (o * length + first) * inner;
        out.set(data.subarray(from, from + part * inner), o * part * inner);
      }
      first += part;
      return { shape: shape.map((dim, k) => (k === axis ? part : dim)), data: out };
    });
  },
  gradient: (builder, { outputs }, gradients, { axis }) => {
    const parts = outputs.map(
      (value, i) => gradients[i] ?? broadcastToSizes(builder, builder.number(0), sizesOf(builder, value)),
    );
    return [builder.node("concat", parts, { axis })];
  },
  readOnnx: [
    {
      nodeTypes: ["Split"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const { shape } = site.typeOf(x);
        const axis = counted(site.attributes.int("axis", 0), shape.length);
        const whole = shape[axis];
        if (whole === undefined) return site.refuse(`it cuts axis ${axis} of ${shape.length}`);
        const parts = partsOf(site, whole);
        if (isProblem(parts)) return parts;
        if (parts.includes(0)) return site.refuse("one of its parts is empty, which lferc does not count");
        if (parts.length !== site.outputCount) return site.refuse(`it has ${parts.length} sizes for its results`);
        return site.make([x], { axis, sizes: toSignedSizes(parts) });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, sizes }) => {
    if (sizes.every((size) => size > 0)) onnx.node("Split", [x, onnx.int64s(sizes)], { axis }, outputs);
    // Equal parts of the batch: by the number of results, which opset 18 requires as an attribute.
    else if (onnx.opset >= 18) onnx.node("Split", [x], { axis, num_outputs: sizes.length }, outputs);
    else onnx.node("Split", [x], { axis }, outputs);
  },
  lowerToTorch: (site, { axis, sizes }) => {
    const [x, at] = [site.tensor(0), { dim: [int("axis", axis), "0"] as const }];
    if (sizes.every((size) => size === sizes[0])) return call("torch.chunk", [x, int("parts", sizes.length)], at);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    // Multiples of the batch.
    const sizeOf = (size: number): string =>
      size < 0 ? `${x}.shape[${axis}] * ${-size} // ${-whole}` : int("part", size);
    return call("torch.split", [x, tuple(sizes.map(sizeOf))], at);
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs }, { axis, sizes }) => {
    const layout = tfjs.layoutOf(x);
    const pairs = axis === 1 && outputs.length === 2 && sizes[0] === sizes[1] && layout.at(-1) === 1;
    const shuffled = pairs ? shuffledPairs(tfjs, x as ValueId) : undefined;
    if (shuffled !== undefined) {
      const stored = storedSizes(tfjs.sizesOf(outputs[0]), layout);
      const halves = dealtOut(tfjs, tfjs.inLayout(shuffled, layout), elementCount(stored.slice(0, -1)), stored);
      for (const [i, value] of outputs.entries()) tfjs.set(value, halves[i] as Register, layout);
      return;
    }
    const held = tfjs.asHeld(x);
    const told = { numOrSizeSplits: sizes, axis: layout.indexOf(axis) };
    const parts = outputs.length === 1 ? [held] : tfjs.kernels("SplitV", { x: held }, told, outputs.length);
    for (const [i, value] of outputs.entries()) tfjs.set(value, parts[i] as Register, layout);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs, stays),
  isIdentity: () => true,
  facts: () => ({}),
  pieces: ({ axis, sizes }) => ({ kind: "cut", axis, ranges: rangesOf(sizes) }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
