import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type Shape, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import {
  type GradientBuilder,
  type OnnxBuilder,
  type OnnxSite,
  type OpDefinition,
  type Tensor,
  type Work,
  work,
} from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf, rowMajorStrides } from "./expand.js";
import { arithmetic, reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { alongAxes, gone, stays } from "./spatial.js";
import { surface } from "./surface.js";
import type { ReductionKernel } from "./tfjs/kernel-signatures.js";
import { reduceKernel } from "./tfjs/kernels.js";
import { call, flag, int, ints } from "./torch/python.js";

const attributes = attributesOf({
  axes: { kind: "ints", min: 0, doc: "the axes reduced, ascending" },
  keep: { kind: "bool", doc: "keep the reduced axes with size 1" },
});

export type ReductionAttributes = AttributesOf<typeof attributes>;

/** One application, as its gradient sees it: reduced axes are kept with size 1, so that everything broadcasts. */
export interface ReductionSite {
  readonly input: ValueId;
  readonly output: ValueId;
  readonly resultGradient: ValueId;
  readonly axes: readonly number[];
  /** Sizes of the input. */
  readonly sizes: readonly number[];
  /** Elements per result. */
  readonly count: number;
}

/** What defines a reduction over axes; the rest is derived. */
export interface ReductionFacts {
  readonly name: string;
  /** Its name in `.lfer`. */
  readonly surfaceName: string;
  readonly doc: string;
  /** The initial value of the fold. */
  readonly start: number;
  readonly join: (sum: number, x: number) => number;
  /** The result from the folded value and the number of elements. */
  readonly finish: (joined: number, count: number) => number;
  /** Work per result over `count` elements. */
  readonly workPerResult: (count: number) => Partial<Work>;
  readonly readOnnx: OpDefinition<ReductionAttributes>["readOnnx"];
  readonly onnxOp: string;
  /** The first opset in which `axes` is an input instead of an attribute. */
  readonly axesInputSince: number;
  /** The input's gradient. */
  readonly gradient: (builder: GradientBuilder, site: ReductionSite) => ValueId;
  /** PyTorch's function. */
  readonly torchName: string;
  readonly tfjsKernel: ReductionKernel;
}

/** Adds a reduction node; ReduceSum takes its axes as an input from opset 13 on, all others from 18. */
export function reduceNode(
  onnx: OnnxBuilder,
  op: { readonly type: string; readonly axesInputSince: number },
  input: string,
  axes: readonly number[],
  keep: boolean,
  outputs: readonly string[] | number = 1,
): string {
  const keepdims = keep ? 1 : 0;
  const [result = ""] =
    onnx.opset >= op.axesInputSince
      ? onnx.node(op.type, [input, onnx.int64s(axes)], { keepdims }, outputs)
      : onnx.node(op.type, [input], { axes, keepdims }, outputs);
  return result;
}

function axesProblem(op: string, axes: readonly number[], shape: Shape): Problem | undefined {
  for (const axis of axes) {
    const outside = axisProblem(op, axis, shape);
    if (outside) return { ...outside, about: "axes" };
  }
  const ascending = axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number));
  if (ascending && (axes.length > 0 || shape.length === 0)) return undefined;
  return problem("shape/bad-axes", { op, given: axes, actual: shape, wanted: "distinct axes, at least one" }, "axes");
}

function reducedShape(shape: Shape, { axes, keep }: ReductionAttributes): Shape {
  if (keep) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** A reduction of a float32 tensor over some axes. */
export function reductionOp(facts: ReductionFacts): OpDefinition<ReductionAttributes> {
  const { name, doc, surfaceName } = facts;
  return {
    name,
    family: "reduction",
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes,
    surfaces: [
      surface({
        name: surfaceName,
        kind: "function",
        doc,
        inputs: ["input"],
        parameters: {
          axes: { kind: "ints", computed: "all axes", doc: "the axes to reduce; negative ones count from the end" },
          keep: parameterOf(attributes.keep, { default: false }),
        },
        resolve: ({ axes, keep }, [input]) => {
          const shape = input?.shape ?? [];
          const resolved: number[] = [];
          for (const axis of axes ?? shape.keys()) {
            const counted = resolveAxis(surfaceName, axis, shape);
            if (typeof counted !== "number") return { ...counted, about: "axes" };
            resolved.push(counted);
          }
          return { axes: resolved.sort((a, b) => a - b), keep };
        },
      }),
    ],
    slots: () => ({}),
    inferTypes: ([input], a) => {
      const { dtype, shape } = input as TensorType;
      const wrong = floatProblem(surfaceName, [input as TensorType]) ?? axesProblem(surfaceName, a.axes, shape);
      return wrong ?? [{ dtype, shape: reducedShape(shape, a) }];
    },
    work: ([input], [output]) => {
      const results = elementCount((output as TensorType).shape);
      const perResult = facts.workPerResult(elementCount((input as TensorType).shape) / results);
      return work(Object.fromEntries(Object.entries(perResult).map(([fact, count]) => [fact, count * results])));
    },
    evaluate: ([input], a) => [reduce(input as Tensor, a, facts)],
    gradient: (builder, { inputs, outputs }, [resultGradient], { axes }) => {
      const input = inputs[0] as ValueId;
      const sizes = sizesOf(builder, input);
      const kept = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
      // A scalar broadcasts unchanged.
      const withAxes = (value: ValueId): ValueId =>
        sizesOf(builder, value).length === 0 ? value : reshapeTo(builder, value, kept);
      const site = {
        input,
        output: withAxes(outputs[0] as ValueId),
        resultGradient: withAxes(resultGradient as ValueId),
        axes,
        sizes,
        count: countOf(sizes) / countOf(kept),
      };
      return [facts.gradient(builder, site)];
    },
    readOnnx: facts.readOnnx,
    lowerToOnnx: (onnx: OnnxBuilder, { inputs: [x = ""], outputs }: OnnxSite, { axes, keep }) => {
      // Without axes ONNX reduces all; for a scalar that is the same.
      reduceNode(onnx, { type: facts.onnxOp, axesInputSince: facts.axesInputSince }, x, axes, keep, outputs);
    },
    // The remaining axes keep their stored order.
    lowerToTorch: (site, { axes, keep }) => {
      const x = site.tensor(0);
      if (axes.length === 0) return x;
      const isWhole = !keep && axes.length === (site.inputTypes[0] as TensorType).shape.length;
      if (isWhole) return call(facts.torchName, [x]);
      const dim = axes.length === 1 ? int("axis", axes[0] as number) : ints("axes", axes);
      return call(facts.torchName, [x], { dim, keepdim: [flag("keepdim", keep), "False"] });
    },
    lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { axes, keep }) => {
      const layout = tfjs.layoutOf(x);
      if (axes.length === 0) {
        tfjs.set(y, tfjs.asHeld(x), layout);
        return;
      }
      const stored = axes.map((axis) => layout.indexOf(axis)).sort((a, b) => a - b);
      const reduced = reduceKernel(tfjs, facts.tfjsKernel, tfjs.asHeld(x), stored, keep);
      const left = layout.filter((axis) => !axes.includes(axis));
      const names = left.toSorted((a, b) => a - b);
      tfjs.set(y, reduced, keep ? layout : left.map((axis) => names.indexOf(axis)));
    },
    window: () => undefined,
    spatial: (inputs, _, { axes, keep }) =>
      alongAxes(inputs, (axis) =>
        axes.includes(axis) ? gone : stays(keep ? axis : axis - axes.filter((reduced) => reduced < axis).length),
      ),
    isIdentity: () => false,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none" },
    inPlace: false,
  };
}

function reduce({ shape, data }: Tensor, a: ReductionAttributes, facts: ReductionFacts): Tensor {
  const outShape = reducedShape(shape, a) as readonly number[];
  const keptStrides = rowMajorStrides(reducedShape(shape, { axes: a.axes, keep: true }) as readonly number[]);
  const strides = keptStrides.map((stride, axis) => (a.axes.includes(axis) ? 0 : stride));
  const inStrides = rowMajorStrides(shape);
  const out = new Float64Array(outShape.reduce((product, size) => product * size, 1)).fill(facts.start);
  for (let from = 0; from < data.length; from++) {
    let to = 0;
    let rest = from;
    for (let axis = 0; axis < shape.length; axis++) {
      const stride = inStrides[axis] as number;
      const index = Math.floor(rest / stride);
      rest -= index * stride;
      to += index * (strides[axis] as number);
    }
    out[to] = facts.join(out[to] as number, data[from] as number);
  }
  const count = data.length / out.length;
  return { shape: outShape, data: out.map((joined) => facts.finish(joined, count)) };
}

/** PyTorch's tie rule for amax and amin: equal extremes share the gradient evenly. */
export function shareAmongExtremes(builder: GradientBuilder, site: ReductionSite): ValueId {
  const { div, mul, number, where } = arithmetic(builder);
  const isExtreme = where(builder.node("equal", [site.input, site.output]), number(1), number(0));
  const howMany =
    site.axes.length === 0 ? isExtreme : builder.node("reduce_sum", [isExtreme], { axes: site.axes, keep: true });
  return mul(isExtreme, div(site.resultGradient, howMany));
}
