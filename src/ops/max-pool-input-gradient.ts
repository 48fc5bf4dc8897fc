import { isProblem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, notDifferentiable, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { forEachWindow, inferPoolTypes, type PoolAttributes, poolAttributes, poolWindow } from "./pooling.js";
import { type Pair, windowProblem } from "./window-arithmetic.js";

/** Rows first, then columns. */
interface Layout {
  readonly channels: number;
  readonly map: Pair;
  readonly pooled: Pair;
  /** Windows that reach from a place into the ones behind it; so many places more are looked at, of gradient 0. */
  readonly reach: Pair;
  readonly places: Pair;
}

function layoutOf(types: readonly TensorType[], { kernel, stride }: PoolAttributes): Layout {
  const [, channels, height, width] = (types[0] as TensorType).shape as readonly [Dim, number, number, number];
  const [, , outHeight, outWidth] = (types[2] as TensorType).shape as readonly [Dim, Dim, number, number];
  const reach = [Math.floor((kernel[0] - 1) / stride[0]), Math.floor((kernel[1] - 1) / stride[1])] as const;
  const places = [outHeight + reach[0], outWidth + reach[1]] as const;
  return { channels, map: [height, width], pooled: [outHeight, outWidth], reach, places };
}

interface PoolValues {
  readonly x: string;
  readonly y: string;
  readonly g: string;
  readonly outputs: readonly string[];
}

/*
 * Plain ops that every provider has (MaxPool's Indices and ScatterElements are not among them), and none that step through
 * memory, which Slice is slow at. The map is laid out by the phases of the stride, [N, phases across, C, rows, phases down *
 * columns], so that what a tap sees in all windows is one block of it. Tap by tap: whether that equals the maximum and no earlier tap did. The
 * shares of a phase are summed up, moved by whole places: behind the last window stand places of gradient 0, so that in a row
 * of all places what is moved over an end is 0. Then the phases are laid out as a map again.
 */
function lower(onnx: OnnxBuilder, { x, y, g, outputs }: PoolValues, layout: Layout, a: PoolAttributes): void {
  const one = (op: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(op, inputs, attributes)[0] ?? "";
  const { channels, map, reach, places } = layout;
  const [[down, across], [rows, columns]] = [a.stride, places];
  const cells = channels * rows * columns;
  /** Cells more, or fewer, at the sides of a map. */
  const padded = (value: string, sides: readonly number[], filler: number): string =>
    sides.every((count) => count === 0)
      ? value
      : one("Pad", [value, onnx.int64s([0, 0, ...sides.slice(0, 2), 0, 0, ...sides.slice(2)]), onnx.floats(filler)]);
  // One large matrix for each sample: many small ones, one for each row, would be handed to the threads one by one.
  const turned = (value: string, sizes: readonly number[]): string =>
    across === 1 ? value : one("Transpose", [one("Reshape", [value, onnx.int64s([0, ...sizes])])], { perm: [0, 2, 1] });

  const [top, left] = a.padding;
  const [seenRows, seenColumns] = [rows + reach[0], columns + reach[1]];
  const sides = [top, left, down * seenRows - map[0] - top, across * seenColumns - map[1] - left];
  const seenCells = channels * seenRows * down * seenColumns;
  const byPhase = one("Reshape", [
    turned(padded(x, sides, Number.NEGATIVE_INFINITY), [seenCells, across]),
    onnx.int64s([0, across, channels, seenRows, down * seenColumns]),
  ]);
  const [maxima, slopes] = [padded(y, [0, 0, ...reach], 0), padded(g, [0, 0, ...reach], 0)];

  const sums = new Map<number, string>();
  let unclaimed = slopes;
  const taps = a.kernel[0] * a.kernel[1];
  for (let tap = 0; tap < taps; tap++) {
    const [u, v] = [Math.floor(tap / a.kernel[1]), tap % a.kernel[1]];
    const phase = (u % down) * across + (v % across);
    const [row, column] = [Math.floor(u / down), Math.floor(v / across)];
    const from = [v % across, row, (u % down) * seenColumns + column] as const;
    const block = one("Slice", [
      byPhase,
      onnx.int64s(from),
      onnx.int64s([from[0] + 1, from[1] + rows, from[2] + columns]),
      onnx.int64s([1, 3, 4]),
    ]);
    const seen = one("Reshape", [block, onnx.int64s([0, channels, rows, columns])]);
    const share = one("Mul", [one("Cast", [one("Equal", [seen, maxima])], { to: 1 }), unclaimed]);
    if (tap + 1 < taps) unclaimed = one("Sub", [unclaimed, share]);
    const flat = one("Reshape", [share, onnx.int64s([0, cells])]);
    const steps = row * columns + column;
    const moved = steps === 0 ? flat : one("Pad", [flat, onnx.int64s([0, steps, 0, -steps]), onnx.floats(0)]);
    const sum = sums.get(phase);
    sums.set(phase, sum === undefined ? moved : one("Add", [sum, moved]));
  }
  // Phases that no tap sees: strides beyond the kernel.
  const nothing = (): string =>
    one("Reshape", [one("Cast", [one("Less", [slopes, slopes])], { to: 1 }), onnx.int64s([0, cells])]);
  const inRows = (phase: number): string =>
    one("Reshape", [sums.get(phase) ?? nothing(), onnx.int64s([0, channels * rows, columns])]);
  const joined = (values: readonly string[], axis: number): string =>
    values.length === 1 ? (values[0] ?? "") : one("Concat", values, { axis });
  const ofColumns = Array.from({ length: across }, (_, q) => {
    const ofRows = Array.from({ length: down }, (_, p) => inRows(p * across + q));
    return one("Reshape", [joined(ofRows, 2), onnx.int64s([0, 1, cells * down])]);
  });
  const laidOut = one("Reshape", [
    turned(joined(ofColumns, 1), [across, cells * down]),
    onnx.int64s([0, channels, down * rows, across * columns]),
  ]);
  const kept = [-top, -left, map[0] + top - down * rows, map[1] + left - across * columns];
  if (kept.every((count) => count === 0)) onnx.node("Identity", [laidOut], {}, outputs);
  else
    onnx.node(
      "Pad",
      [laidOut, onnx.int64s([0, 0, kept[0] ?? 0, kept[1] ?? 0, 0, 0, kept[2] ?? 0, kept[3] ?? 0]), onnx.floats(0)],
      {},
      outputs,
    );
}

/** The whole gradient of a window goes to its first maximum, row by row (PyTorch's tie rule). */
export const maxPoolInputGradient = defineOp<PoolAttributes>({
  name: "max_pool_input_gradient",
  doc: "The gradient of max_pool for its input, from its input, its result and the result's gradient.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "output", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient"],
  attributes: poolAttributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs, a) => {
    const [input, output, g] = inputs as readonly [TensorType, TensorType, TensorType];
    const wrong = floatProblem("max_pool_input_gradient", inputs);
    if (wrong) return wrong;
    const pooled = inferPoolTypes("max_pool_input_gradient", input, a);
    if (isProblem(pooled)) return pooled;
    const [batch, channels, height, width] = input.shape;
    for (const { shape } of [output, g]) {
      const outer = [batch as Dim, channels as Dim] as const;
      const misfit = windowProblem(
        "max_pool_input_gradient",
        shape,
        outer,
        [height as number, width as number],
        poolWindow(a),
      );
      if (misfit) return misfit;
    }
    return [input];
  },
  work: ([, , g], _, a) => {
    const cells = elementCount((g as TensorType).shape) * a.kernel[0] * a.kernel[1];
    return work({ compares: cells, adds: elementCount((g as TensorType).shape) });
  },
  evaluate: (inputs, a) => {
    const [input, , g] = inputs as readonly [Tensor, Tensor, Tensor];
    const [, , height = 0, width = 0] = input.shape;
    const out = new Float64Array(input.data.length);
    forEachWindow(input.shape, a, (result, map, { rows, columns }) => {
      let [largest, at] = [Number.NEGATIVE_INFINITY, -1];
      for (let row = rows[0]; row < rows[1]; row++) {
        for (let column = columns[0]; column < columns[1]; column++) {
          const index = (map * height + row) * width + column;
          const x = input.data[index] as number;
          if (at < 0 || x > largest) [largest, at] = [x, index];
        }
      }
      out[at] = (out[at] as number) + (g.data[result] as number);
    });
    return [{ shape: input.shape, data: out }];
  },
  gradient: notDifferentiable("first order only"),
  lowerToOnnx: (onnx, { inputs: [x = "", y = "", g = ""], outputs, inputTypes }, a) => {
    lower(onnx, { x, y, g, outputs }, layoutOf(inputTypes, a), a);
  },
  window: () => undefined,
  inPlace: false,
});
