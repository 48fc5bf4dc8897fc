/** Linear maps of height and width as two products of matrices, R x C'. */
import type { Node, ValueId } from "../../../ir/graph.js";
import { binMatrices, evenWindow } from "../../../ops/adaptive-avg-pool.js";
import { borderMatrices } from "../../../ops/border-padding.js";
import { reflectedAt } from "../../../ops/reflection-pad.js";
import { replicatedAt } from "../../../ops/replication-pad.js";
import { type ResizeAttributes, resizeMatrices } from "../../../ops/resize.js";
import { type AxisMatrix, turned } from "../../../ops/separable-map.js";
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";
import { nhwc } from "./layout.js";
import type { Register } from "./program.js";
import type { Lowering, TfjsSite } from "./site.js";

type Matrices = (size: Pair, node: Node) => readonly [rows: AxisMatrix, columns: AxisMatrix];

const mapSize = (site: TfjsSite, value: ValueId | undefined): Pair => {
  const [, , height = 1, width = 1] = site.sizesOf(value as ValueId);
  return [height, width];
};

const separable =
  (matricesOf: Matrices): Lowering =>
  (site, node) => {
    const [[x], [y]] = [node.inputs, node.outputs];
    const [rows, columns] = matricesOf(mapSize(site, x), node);
    const constant = ({ from, to, values }: AxisMatrix): Register =>
      site.writer.constant(Float32Array.from(values), [to, from]);
    const flags = { transposeA: false, transposeB: false };
    const down = site.writer.kernel("BatchMatMul", { a: constant(rows), b: site.plain(x) }, flags);
    site.set(y, site.writer.kernel("BatchMatMul", { a: down, b: constant(turned(columns)) }, flags));
  };

const means = separable((size, { attributes }) => binMatrices(size, attributes.size as unknown as Pair));

/** Bins of one size are a pool. */
export const adaptiveAvgPool: Lowering = (site, node) => {
  const [[x], [y]] = [node.inputs, node.outputs];
  const kernel = evenWindow(mapSize(site, x), mapSize(site, y));
  if (kernel === undefined) {
    means(site, node);
    return;
  }
  const attributes = { filterSize: kernel, strides: kernel, pad: "valid" } as const;
  site.set(y, site.writer.kernel("AvgPool", { x: site.map(x) }, attributes), nhwc);
};

export const resize = separable((size, { attributes }) =>
  resizeMatrices(size, attributes as unknown as ResizeAttributes),
);

const bordered = (cellAt: (place: number, size: number) => number): Lowering =>
  separable((size, { attributes }) => borderMatrices(cellAt, size, attributes.padding as unknown as Padding));

export const reflectionPad = bordered(reflectedAt);
export const replicationPad = bordered(replicatedAt);
