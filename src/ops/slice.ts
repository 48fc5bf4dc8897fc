import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { gather, rowMajorStrides } from "./expand.js";
import { broadcastToSizes, sizesOf } from "./gradient-arithmetic.js";
import type { OnnxReadSite, Reading } from "./onnx-node.js";
import { runsOfNodes } from "./read-gather.js";
import { counted, only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { int } from "./torch/python.js";

const attributes = attributesOf({
  axis: { kind: "int", min: 0, doc: "the axis that is cut" },
  from: { kind: "int", min: 0, doc: "the first index taken" },
  to: { kind: "int", min: 1, doc: "the first index left out" },
});

type SliceAttributes = AttributesOf<typeof attributes>;

/** The first and last index of a slice, clamped to the axis as in ONNX. */
function bounds(from: number, to: number, size: number): readonly [number, number] {
  const hold = (index: number): number => Math.min(size, Math.max(0, counted(index, size)));
  return [hold(from), hold(to)];
}

/** Every `step`-th cell: the first of each step, where the steps fit the axis, else with the last cell by itself. */
function everyNth(
  site: OnnxReadSite<SliceAttributes>,
  x: ValueId,
  axis: number,
  [from, to]: readonly [number, number],
  step: number,
): Reading {
  const { shape } = site.typeOf(x);
  const size = Number(shape[axis]);
  const count = Math.ceil((to - from) / step);
  const fits = from + count * step <= size;
  const whole = fits ? count : count - 1;
  const last = from + whole * step;
  const cut = (start: number, end: number): ValueId | Problem =>
    start === 0 && end === size ? x : site.one("slice", [x], { axis, from: start, to: end });
  const tail = (): ValueId | Problem => cut(last, last + 1);
  if (whole === 0) return only(tail());
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const apart = site.one("reshape", [cut(from, last)], { shape: toSignedSizes([...before, whole, step, ...after]) });
  const firsts = site.one("slice", [apart], { axis: axis + 1, from: 0, to: 1 });
  const head = site.one("reshape", [firsts], { shape: toSignedSizes([...before, whole, ...after]) });
  return only(fits ? head : site.one("concat", [head, tail()], { axis }));
}

/** Reads an ONNX Slice: slices along several axes, one after the other. */
function readCuts(site: OnnxReadSite<SliceAttributes>): Reading {
  const first = site.tensor(0);
  if (isProblem(first)) return first;
  const list = (index: number, name: string): readonly number[] | Problem | undefined =>
    !site.has(index) ? site.attributes.ints(name) : site.plainNumbers(index);
  const [starts, ends, given, steps] = [list(1, "starts"), list(2, "ends"), list(3, "axes"), list(4, "steps")];
  for (const each of [starts, ends, given, steps]) if (isProblem(each)) return each;
  if (starts === undefined || ends === undefined || isProblem(starts) || isProblem(ends))
    return site.refuse("it has no bounds");
  if (!isProblem(steps) && steps?.some((step) => step < 1))
    return site.refuse("it takes cells in reverse order, which lferc does not count");
  const { shape } = site.typeOf(first);
  const axes = given === undefined || isProblem(given) ? starts.map((_, i) => i) : given;
  let results: readonly ValueId[] = [first];
  for (const [i, each] of axes.entries()) {
    const axis = counted(each, shape.length);
    const size = shape[axis];
    if (typeof size !== "number") {
      // A slice of the whole batch is none.
      if (size !== undefined && starts[i] === 0 && (ends[i] ?? 0) >= 2 ** 31 - 1) continue;
      return site.refuse(`it cuts axis ${axis}, whose size is not fixed`);
    }
    const [from, to] = bounds(starts[i] ?? 0, ends[i] ?? 0, size);
    const step = isProblem(steps) ? 1 : (steps?.[i] ?? 1);
    if (from === 0 && to === size && step === 1) continue;
    const cut =
      step === 1 || to <= from
        ? site.make(results, { axis, from, to })
        : everyNth(site, results[0] as ValueId, axis, [from, to], step);
    if (isProblem(cut)) return cut;
    results = cut;
  }
  return results;
}

export const slice = defineOp({
  name: "slice",
  family: "movement",
  doc: "The part of a tensor from one index to another (left out) along one axis.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "slice",
      kind: "function",
      doc: "Takes a part of a tensor along one axis.",
      inputs: ["input"],
      parameters: {
        axis: { kind: "int", doc: "the axis to cut; negative: from the end" },
        from: { kind: "int", default: 0, doc: "the first index taken; negative: from the end" },
        to: { kind: "int", computed: "the axis' size", doc: "the first index left out; negative: from the end" },
      },
      resolve: (args, [input]) => {
        const shape = input?.shape ?? [];
        const axis = resolveAxis("slice", args.axis, shape);
        if (isProblem(axis)) return axis;
        const size = shape[axis] as Dim;
        if (typeof size !== "number") {
          return problem("shape/needs-fixed-size", { op: "slice", axis, actual: shape }, "axis");
        }
        const counted = (index: number): number => (index < 0 ? index + size : index);
        const [from, to] = [counted(args.from), counted(args.to ?? size)];
        if (from < 0 || to > size || from >= to) {
          const said = { from: args.from, to: args.to ?? size, axis, actual: shape };
          return problem("shape/slice-out-of-range", said, args.to === undefined ? "from" : "to");
        }
        return { axis, from, to };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { axis, from, to }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = axisProblem("slice", axis, shape);
    if (wrong) return wrong;
    const size = shape[axis] as Dim;
    if (typeof size !== "number") {
      return problem("shape/needs-fixed-size", { op: "slice", axis, actual: shape }, "axis");
    }
    if (from >= to || to > size) return problem("shape/slice-out-of-range", { from, to, axis, actual: shape }, "to");
    return [{ dtype, shape: shape.map((dim, k) => (k === axis ? to - from : dim)) }];
  },
  work: () => work({}),
  evaluate: ([input], { axis, from, to }) => {
    const { shape, data } = input as Tensor;
    const strides = rowMajorStrides(shape);
    const outShape = shape.map((size, k) => (k === axis ? to - from : size));
    return [{ shape: outShape, data: gather(data, outShape, strides, from * (strides[axis] as number)) }];
  },
  gradient: (builder, { inputs }, [g], { axis, from, to }) => {
    const sizes = sizesOf(builder, inputs[0] as ValueId);
    const zeros = (length: number): readonly ValueId[] =>
      length === 0 ? [] : [broadcastToSizes(builder, builder.number(0), sizes.with(axis, length))];
    return [builder.node("concat", [...zeros(from), g as ValueId, ...zeros((sizes[axis] as number) - to)], { axis })];
  },
  readOnnx: [{ nodeTypes: ["Slice"], read: readCuts }, runsOfNodes],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, from, to }) => {
    onnx.node("Slice", [x, onnx.int64s([from]), onnx.int64s([to]), onnx.int64s([axis])], {}, outputs);
  },
  lowerToTorch: (site, { axis, from, to }) => {
    const before = ":, ".repeat(axis);
    return `${site.tensor(0)}[${before}${int("from", from)}:${int("to", to)}]`;
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { axis, from, to }) => {
    const layout = tfjs.layoutOf(x);
    const cut = kernelsOf(tfjs).cut(tfjs.asHeld(x), layout.length, layout.indexOf(axis), [from, to]);
    tfjs.set(y, cut, layout);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs, stays),
  isIdentity: () => true,
  facts: () => ({}),
  pieces: ({ axis, from, to }) => ({ kind: "cut", axis, ranges: [[from, to]] }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
