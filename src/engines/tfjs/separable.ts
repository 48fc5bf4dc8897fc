/** Maps brought to other sizes along height and width, each by itself. */
import type { ValueId } from "../../ir/graph.js";
import { matrices, type ResizeAttributes } from "../../ops/resize.js";
import type { AxisMatrix } from "../../ops/separable-map.js";
import { nhwc } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

/** y = R x C'. */
export function separable(site: TfjsSite, x: Register, rows: AxisMatrix, columns: AxisMatrix): Register {
  const { writer } = site;
  const matrix = ({ from, to, values }: AxisMatrix): Register => writer.constant(Float32Array.from(values), [to, from]);
  const down = writer.kernel("BatchMatMul", { a: matrix(rows), b: x }, { transposeA: false, transposeB: false });
  return writer.kernel("BatchMatMul", { a: down, b: matrix(columns) }, { transposeA: false, transposeB: true });
}

export const resize: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const [, , height = 1, width = 1] = site.sizesOf(x as ValueId);
  const [rows, columns] = matrices([height, width], attributes as unknown as ResizeAttributes);
  site.set(y, separable(site, site.plain(x), rows, columns));
};

/** Padding with cells of the map itself: which one stands at a place that may lie outside. */
const bordered =
  (cellAt: (place: number, size: number) => number): Lowering =>
  (site, { inputs: [x], outputs: [y], attributes }) => {
    const [top = 0, left = 0, bottom = 0, right = 0] = attributes.padding as readonly number[];
    const [, , height = 1, width = 1] = site.sizesOf(x as ValueId);
    const { writer } = site;
    const gathered = (map: Register, axis: number, size: number, before: number, after: number): Register => {
      const places = Int32Array.from({ length: before + size + after }, (_, i) => cellAt(i - before, size));
      const indices = writer.constant(places, [places.length]);
      return writer.kernel("GatherV2", { x: map, indices }, { axis, batchDims: 0 });
    };
    const rows = gathered(site.map(x), 1, height, top, bottom);
    site.set(y, gathered(rows, 2, width, left, right), nhwc);
  };

export const reflectionPad: Lowering = bordered((place, size) =>
  place < 0 ? -place : place < size ? place : 2 * (size - 1) - place,
);

export const replicationPad: Lowering = bordered((place, size) => Math.min(size - 1, Math.max(0, place)));
