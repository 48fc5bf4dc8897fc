/** Padding with the map's own values: mirrored at the border, or the border cells repeated. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { type OpDefinition, type Tensor, work } from "./contracts.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { padsOfMode } from "./read-pads.js";
import { type AxisMatrix, axisMatrix, evaluateSeparable, gradientOfSeparable } from "./separable-map.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { nhwc } from "./tfjs/layout.js";
import { paddedMap } from "./torch/window-padding.js";
import { type Padding, type Pair, resolvePadding } from "./window-arithmetic.js";

const attributes = attributesOf({ padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]" } });

type BorderPaddingAttributes = AttributesOf<typeof attributes>;

interface BorderPaddingFacts {
  readonly name: string;
  readonly doc: string;
  /** ONNX's name of the mode. */
  readonly mode: "reflect" | "edge";
  /** PyTorch's. */
  readonly torchMode: "reflect" | "replicate";
  /** The source cell for a position along an axis of `size`; positions outside 0 to size - 1 are padding. */
  readonly cellAt: (place: number, size: number) => number;
  /** The largest possible padding of an axis of `size`. */
  readonly most: (size: number) => number;
}

/** An op that pads a map with the map's own values. */
export function borderPaddingOp(facts: BorderPaddingFacts): OpDefinition<BorderPaddingAttributes> {
  const { name, doc, mode, cellAt, most } = facts;
  const along = (size: number, before: number, after: number): AxisMatrix =>
    axisMatrix(size, size + before + after, (i) => [[cellAt(i - before, size), 1]]);
  const matrices = ([height, width]: Pair, [top, left, bottom, right]: Padding): readonly [AxisMatrix, AxisMatrix] => [
    along(height, top, bottom),
    along(width, left, right),
  ];
  const inferTypes = (
    [input]: readonly TensorType[],
    { padding }: BorderPaddingAttributes,
  ): readonly TensorType[] | Problem => {
    const { dtype, shape } = input as TensorType;
    const wrong = mapProblem(name, input as TensorType, [2, 3]);
    if (wrong) return wrong;
    const [batch, channels, height, width] = shape as readonly [Dim, Dim, number, number];
    const [top, left, bottom, right] = padding;
    if (padding.some((cells, side) => cells > most(side % 2 === 0 ? height : width))) {
      return problem("shape/padding-too-large", { op: name, padding, kernel: [height, width] }, "padding");
    }
    return [{ dtype, shape: [batch, channels, height + top + bottom, width + left + right] }];
  };
  return {
    name,
    family: "movement",
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes,
    surfaces: [
      surface({
        name,
        kind: "function",
        doc,
        inputs: ["input"],
        parameters: {
          padding: parameterOf(attributes.padding, {
            doc: "one number, (height, width) or (top, left, bottom, right)",
          }),
        },
        resolve: (args) => {
          const padding = resolvePadding(args.padding, [1, 1], [1, 1]);
          return isProblem(padding) ? padding : { padding };
        },
      }),
    ],
    slots: () => ({}),
    inferTypes,
    work: () => work({}),
    evaluate: ([input], { padding }) => {
      const { shape } = input as Tensor;
      return [evaluateSeparable(input as Tensor, ...matrices([shape[2] ?? 1, shape[3] ?? 1], padding))];
    },
    gradient: (builder, { inputs }, [g], { padding }) => {
      const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
      return [gradientOfSeparable(builder, g as ValueId, ...matrices([height, width], padding))];
    },
    readOnnx: [padsOfMode(mode)],
    lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { padding: [top, left, bottom, right] }) => {
      onnx.node("Pad", [x, onnx.int64s([0, 0, top, left, 0, 0, bottom, right])], { mode }, outputs);
    },
    // For each position of the result, the index of its source cell.
    lowerToTorch: (site, { padding }) => paddedMap(site.tensor(0), padding, { mode: `"${facts.torchMode}"` }),
    lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { padding: [top, left, bottom, right] }) => {
      const [, , height = 1, width = 1] = tfjs.sizesOf(x);
      const gathered = (map: Register, axis: number, size: number, before: number, after: number): Register => {
        const places = Int32Array.from({ length: before + size + after }, (_, i) => cellAt(i - before, size));
        const indices = tfjs.constant(places, [places.length]);
        return tfjs.kernel("GatherV2", { x: map, indices }, { axis, batchDims: 0 });
      };
      const rows = gathered(tfjs.map(x), 1, height, top, bottom);
      tfjs.set(y, gathered(rows, 2, width, left, right), nhwc);
    },
    window: () => undefined,
    spatial: (inputs) => alongAxes(inputs, stays),
    isIdentity: () => false,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none" },
    inPlace: false,
  };
}
