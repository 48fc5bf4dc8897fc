import { viewAlong } from "../../ops/axes.js";
import { valuesLike, type WeightValues } from "../weighted-graph.js";

/** For each place of a tensor: the channel as written, or padding. */
export type Layout = Int32Array;

export const padding = -1;

/** Whether nothing changes. */
export const isPlain = (layout: Layout, size: number): boolean =>
  layout.length === size && layout.every((from, i) => from === i);

/** The entries of a weight along one axis in another layout; those of padding are `pad`. */
export function layOut<W extends WeightValues>(
  values: W,
  shape: readonly number[],
  axis: number,
  layout: Layout,
  pad: number,
): W {
  const { outer, length, inner } = viewAlong(shape, axis);
  const laid = valuesLike(values, outer * layout.length * inner);
  if (pad !== 0) laid.fill(pad);
  for (let o = 0; o < outer; o++) {
    for (let to = 0; to < layout.length; to++) {
      const from = layout[to] as number;
      if (from !== padding) copyRun(values, (o * length + from) * inner, laid, (o * layout.length + to) * inner, inner);
    }
  }
  return laid;
}

/** By a loop: most runs are one number, for which a view costs more than the copy. */
function copyRun(from: WeightValues, start: number, to: WeightValues, at: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}
