import { problem } from "../diagnostics/diagnostic.js";
import { attributesOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, work } from "./contracts.js";
import { countOf } from "./expand.js";
import { notReadBack } from "./onnx-node.js";
import { cellByCell } from "./spatial.js";

const attributes = attributesOf({
  shape: { kind: "ints", min: 1, doc: "sizes; none for a single number" },
  values: { kind: "floats", doc: "the numbers in row-major order" },
});

/** A number where a tensor is expected: `shape: []` and one value. */
export const constant = defineOp({
  name: "constant",
  family: "movement",
  doc: "Fixed float32 numbers.",
  inputs: [],
  results: ["output"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (_, { shape, values }) => {
    if (countOf(shape) !== values.length) {
      const [wanted, found] = [`${countOf(shape)} numbers`, `${values.length}`];
      const holes = { at: "constant", op: "constant", attribute: "values", wanted, found };
      return problem("graph/wrong-attribute", holes, "values");
    }
    return [{ dtype: "float32", shape }];
  },
  work: () => work({}),
  evaluate: (_, { shape, values }) => [{ shape, data: Float64Array.from(values) }],
  gradient: () => [],
  readOnnx: notReadBack("whatever op reads a fixed input makes it"),
  lowerToOnnx: (onnx, { outputs }, { shape, values }) => {
    const [first = 0] = values;
    if (shape.length === 0) onnx.node("Constant", [], { value_float: { float: first } }, outputs);
    else onnx.node("Reshape", [onnx.floats(values), onnx.int64s(shape)], {}, outputs);
  },
  lowerToTorch: (site, { values, shape }) => site.constant(values, shape),
  lowerToTfjs: (tfjs, { outputs: [y] }, { shape, values }) => {
    tfjs.set(y, tfjs.constant(Float64Array.from(values), shape));
  },
  window: () => undefined,
  spatial: cellByCell,
  isIdentity: () => false,
  facts: () => ({}),
  pieces: ({ values }) => ({ kind: "numbers", values }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
