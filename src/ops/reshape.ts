import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { fromSignedSizes, type SignedSizes, toSignedSizes } from "./signed-sizes.js";
import { surface } from "./surface.js";

type ReshapeAttributes = { readonly shape: SignedSizes };

/** How many elements there are, as `count * N^batches`. */
function countWithBatches(shape: Shape): { readonly count: number; readonly batches: number } {
  let [count, batches] = [1, 0];
  for (const dim of shape) {
    count *= typeof dim === "number" ? dim : dim.batch;
    if (typeof dim !== "number") batches++;
  }
  return { count, batches };
}

export const reshape = defineOp<ReshapeAttributes>({
  name: "reshape",
  family: "movement",
  doc: "The same elements in row-major order under another shape.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: { shape: { kind: "ints", signedSizes: true, doc: "the new sizes; -k stands for k*N" } },
  surfaces: [
    surface({
      name: "reshape",
      kind: "function",
      doc: "Regroups the elements, in order, under another shape.",
      inputs: ["input"],
      parameters: { shape: { kind: "shape", min: 1, doc: "the new shape; at most one size is a multiple of N" } },
      resolve: ({ shape }) => ({ shape: toSignedSizes(shape) }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => {
    const { dtype, shape } = input as TensorType;
    const to = fromSignedSizes(a.shape);
    const [before, after] = [countWithBatches(shape), countWithBatches(to)];
    if (before.count !== after.count || before.batches !== after.batches || after.batches > 1 || a.shape.includes(0)) {
      return problem("shape/reshape-count", { from: shape, to }, "shape");
    }
    return [{ dtype, shape: to }];
  },
  work: () => work({}),
  evaluate: ([input], a) => {
    const { data } = input as Tensor;
    const known = a.shape.reduce((product, size) => product * Math.abs(size), 1);
    const batch = data.length / known;
    return [{ shape: a.shape.map((size) => (size < 0 ? -size * batch : size)), data }];
  },
  gradient: (builder, { inputs }, [g]) => [reshapeTo(builder, g as ValueId, sizesOf(builder, inputs[0] as ValueId))],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, a) => {
    // At most one size depends on N: -1 takes whatever is left.
    const target = a.shape.map((size) => (size < 0 ? -1 : size));
    onnx.node("Reshape", [x, onnx.int64s(target)], {}, outputs);
  },
  window: () => undefined,
  spatial: () => "same order",
  // Row-major order stays, so an equal shape is an equal tensor.
  isIdentity: () => true,
  outputChannels: () => undefined,
  probe: { kind: "none" },
  inPlace: true,
});
