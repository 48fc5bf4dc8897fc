import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { resizingNodes } from "./read-resize.js";
import {
  type AxisMatrix,
  axisMatrix,
  evaluateSeparable,
  gradientOfSeparable,
  lowerSeparable,
} from "./separable-map.js";
import { pooled, sliding } from "./spatial.js";
import { surface } from "./surface.js";
import { call, pair } from "./torch/python.js";
import type { Pair } from "./window-arithmetic.js";

const modes = ["nearest", "bilinear"] as const;

const attributes = attributesOf({
  size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the result" },
  mode: { kind: "string", doc: `"${modes[0]}" or "${modes[1]}"` },
  align_corners: {
    kind: "bool",
    doc: "align the centres of corner cells instead of the map's edges",
  },
});

export type ResizeAttributes = AttributesOf<typeof attributes>;

/**
 * The source position of a result's cell, as in PyTorch's interpolate without antialiasing. Nearest: floor(i * from / to).
 * Bilinear: (i + 1/2) * from / to - 1/2, clamped at the first cell; with aligned corners i * (from - 1) / (to - 1).
 */
function resizing(from: number, to: number, { mode, align_corners }: ResizeAttributes): AxisMatrix {
  if (mode === "nearest") {
    return axisMatrix(from, to, (i) => [[Math.min(from - 1, Math.floor((i * from) / to)), 1]]);
  }
  const placeOf = (i: number): number => {
    if (align_corners) return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    return Math.max(0, ((i + 0.5) * from) / to - 0.5);
  };
  return axisMatrix(from, to, (i) => {
    const place = placeOf(i);
    const before = Math.min(from - 1, Math.floor(place));
    const after = Math.min(from - 1, before + 1);
    return [
      [before, 1 - (place - before)],
      [after, place - before],
    ];
  });
}

export const matrices = ([height, width]: Pair, a: ResizeAttributes): readonly [AxisMatrix, AxisMatrix] => [
  resizing(height, a.size[0], a),
  resizing(width, a.size[1], a),
];

/** Height and width of a map's type. */
const mapSize = ({ shape }: TensorType): Pair => [shape[2] as number, shape[3] as number];

/** PyTorch's interpolate by sizes alone (a given scale is not stored). */
export const resize = defineOp({
  name: "resize",
  family: "resizing",
  doc: "A map brought to another size by its nearest cells or linearly between them.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "resize",
      kind: "function",
      doc: "Brings a map to another size.",
      inputs: ["input"],
      parameters: {
        size: parameterOf(attributes.size, { doc: "height and width of the result" }),
        mode: parameterOf(attributes.mode, { options: modes, default: "nearest", doc: "between which cells" }),
        align_corners: parameterOf(attributes.align_corners, {
          default: false,
          doc: `${attributes.align_corners.doc}; bilinear only`,
        }),
      },
      resolve: ({ size, mode, align_corners }) => ({ size, mode, align_corners }),
    }),
    surface({
      name: "upsample",
      kind: "function",
      doc: "Makes a map larger by a whole factor.",
      inputs: ["input"],
      parameters: {
        scale: { kind: "size", min: 1, default: [2, 2], doc: "factors of height and width" },
        mode: parameterOf(attributes.mode, { options: modes, default: "nearest", doc: "between which cells" }),
        align_corners: parameterOf(attributes.align_corners, {
          default: false,
          doc: `${attributes.align_corners.doc}; bilinear only`,
        }),
      },
      resolve: ({ scale, mode, align_corners }, [input]) => {
        const [, , height, width] = input?.shape ?? [];
        if (typeof height !== "number" || typeof width !== "number") {
          return problem("shape/wrong-rank", { op: "upsample", expected: 4, actual: input?.shape ?? [] }, "input");
        }
        return { size: [height * scale[0], width * scale[1]], mode, align_corners };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { size, mode }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("resize", [input as TensorType]);
    if (wrong) return wrong;
    if (shape.length !== 4) return problem("shape/wrong-rank", { op: "resize", expected: 4, actual: shape }, "input");
    const moving = [2, 3].find((axis) => typeof shape[axis] !== "number");
    if (moving !== undefined) {
      return problem("shape/needs-fixed-size", { op: "resize", axis: moving, actual: shape }, "input");
    }
    if (!modes.some((known) => known === mode)) {
      const holes = { at: "resize", op: "resize", attribute: "mode", wanted: modes.join(" or "), found: mode };
      return problem("graph/wrong-attribute", holes, "mode");
    }
    return [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...size] }];
  },
  work: (_, [output], { mode }) => {
    // A weighted sum of four cells, as in a plain loop.
    const outputs = elementCount((output as TensorType).shape);
    return work(mode === "nearest" ? {} : { multiplies: 4 * outputs, adds: 3 * outputs });
  },
  evaluate: ([input], a) => {
    const { shape } = input as Tensor;
    return [evaluateSeparable(input as Tensor, ...matrices([shape[2] ?? 1, shape[3] ?? 1], a))];
  },
  gradient: (builder, { inputs }, [g], a) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    return [gradientOfSeparable(builder, g as ValueId, ...matrices([height, width], a))];
  },
  readOnnx: [resizingNodes],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, a) => {
    const size = mapSize(inputTypes[0] as TensorType);
    const scales = [a.size[0] / size[0], a.size[1] / size[1]];
    // Resize takes scales if the batch is open; scales that are fractions would be rounded, so these are matrix products.
    if (!scales.every(Number.isInteger) || a.align_corners) {
      lowerSeparable(onnx, x, outputs, ...matrices(size, a));
      return;
    }
    const attributes =
      a.mode === "nearest"
        ? { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
        : { mode: "linear", coordinate_transformation_mode: "half_pixel" };
    onnx.node("Resize", [x, "", onnx.floats([1, 1, ...scales])], attributes, outputs);
  },
  // y = R x C'.
  lowerToTorch: (site, { size, mode, align_corners }) => {
    const aligned = align_corners && mode !== "nearest";
    return call("F.interpolate", [site.tensor(0)], {
      size: pair("size", size),
      mode: [`"${mode}"`, '"nearest"'],
      ...(aligned ? { align_corners: "True" } : {}),
    });
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, a) => {
    const [, , height = 1, width = 1] = tfjs.sizesOf(x);
    const held = tfjs.plain(x);
    const [rows, columns] = matrices([height, width], a);
    const matrix = ({ from, to, values }: AxisMatrix) => tfjs.constant(Float64Array.from(values), [to, from]);
    const operands = { a: matrix(rows), b: held };
    const down = tfjs.kernel("BatchMatMul", operands, { transposeA: false, transposeB: false });
    const across = { a: down, b: matrix(columns) };
    tfjs.set(y, tfjs.kernel("BatchMatMul", across, { transposeA: false, transposeB: true }));
  },
  window: () => undefined,
  // A linear interpolation reads two neighbours.
  spatial: ([input], _, { size, mode }) =>
    pooled((axis) => {
      const ratio = mapSize(input as TensorType)[axis] / size[axis];
      return sliding(axis + 2, ratio === 1 || mode === "nearest" ? 1 : 2, ratio);
    }),
  isIdentity: () => false,
  facts: (_, __, { mode }) => ({ isLinear: Number(mode === "bilinear") }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
