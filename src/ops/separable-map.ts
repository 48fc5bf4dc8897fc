/** Linear maps of height and width given by two matrices, y = R x C': means of bins, resizing, padding by reflection. */
import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder, OnnxBuilder, Tensor } from "./contracts.js";

/** Weights of the results along one axis, [to, from], row-major. */
export interface AxisMatrix {
  readonly from: number;
  readonly to: number;
  readonly values: readonly number[];
}

/** The matrix whose row `i` has these weights at these positions; repeated positions are added. */
export function axisMatrix(
  from: number,
  to: number,
  row: (i: number) => readonly (readonly [place: number, weight: number])[],
): AxisMatrix {
  const values = new Array<number>(to * from).fill(0);
  for (let i = 0; i < to; i++) {
    for (const [place, weight] of row(i)) {
      values[i * from + place] = (values[i * from + place] as number) + weight;
    }
  }
  return { from, to, values };
}

/** The matrix transposed. */
export const transposed = ({ from, to, values }: AxisMatrix): AxisMatrix => ({
  from: to,
  to: from,
  values: Array.from({ length: from * to }, (_, i) => values[(i % to) * from + Math.floor(i / to)] as number),
});

/** Applies the map to an evaluated tensor [.., .., H, W]. */
export function evaluateSeparable({ shape, data }: Tensor, rows: AxisMatrix, columns: AxisMatrix): Tensor {
  const maps = data.length / (rows.from * columns.from);
  const across = new Float64Array(maps * rows.from * columns.to);
  for (let line = 0; line < maps * rows.from; line++) {
    for (let j = 0; j < columns.to; j++) {
      let sum = 0;
      for (let k = 0; k < columns.from; k++) {
        sum += (columns.values[j * columns.from + k] as number) * (data[line * columns.from + k] as number);
      }
      across[line * columns.to + j] = sum;
    }
  }
  const out = new Float64Array(maps * rows.to * columns.to);
  for (let map = 0; map < maps; map++) {
    for (let i = 0; i < rows.to; i++) {
      for (let k = 0; k < rows.from; k++) {
        const weight = rows.values[i * rows.from + k] as number;
        if (weight === 0) continue;
        const [to, from] = [(map * rows.to + i) * columns.to, (map * rows.from + k) * columns.to];
        for (let j = 0; j < columns.to; j++) {
          out[to + j] = (out[to + j] as number) + weight * (across[from + j] as number);
        }
      }
    }
  }
  return { shape: [...shape.slice(0, 2), rows.to, columns.to], data: out };
}

/** The input's gradient, dx = R' dy C, by matrix products. */
export function gradientOfSeparable(
  builder: GradientBuilder,
  g: ValueId,
  rows: AxisMatrix,
  columns: AxisMatrix,
): ValueId {
  const matrix = ({ from, to, values }: AxisMatrix): ValueId =>
    builder.node("constant", [], { shape: [to, from], values });
  const along = builder.node("matmul", [g, matrix(columns)]);
  return builder.node("matmul", [matrix(transposed(rows)), along]);
}

/** Two matrix products, for ops without an exact ONNX op. */
export function lowerSeparable(
  onnx: OnnxBuilder,
  x: string,
  outputs: readonly string[],
  rows: AxisMatrix,
  columns: AxisMatrix,
): void {
  const matrix = ({ from, to, values }: AxisMatrix): string =>
    onnx.node("Reshape", [onnx.floats(values), onnx.int64s([to, from])])[0] ?? "";
  const [along = ""] = onnx.node("MatMul", [x, matrix(transposed(columns))]);
  onnx.node("MatMul", [matrix(rows), along], {}, outputs);
}
