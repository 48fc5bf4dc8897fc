/** Reads ONNX's Pad. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { OnnxNode, OnnxReader } from "./onnx-node.js";
import type { Padding } from "./window-arithmetic.js";

interface FilePads {
  readonly mode: string;
  readonly value: number;
  /** Padding before each axis, then after each axis. */
  readonly pads: readonly number[];
  readonly hasAxes: boolean;
}

/** Paddings are an input since opset 11, an attribute before. */
export function padsOf(node: OnnxNode): FilePads | Problem {
  const pads = node.has(1) ? node.plainNumbers(1) : node.attributes.ints("pads");
  if (pads === undefined || isProblem(pads)) return pads ?? node.refuse("it has no padding");
  const [mode, filling] = [node.attributes.text("mode", "constant"), node.plainNumbers(2)];
  if (isProblem(filling)) return filling;
  const value = filling?.[0] ?? node.attributes.float("value", 0);
  return { mode, value, pads, hasAxes: node.has(3) };
}

export const padsNothing = ({ pads }: FilePads): boolean => pads.every((cells) => cells === 0);

/** The padding of a map's height and width, if no other axis is padded. */
export function paddingAround(node: OnnxNode, { pads, hasAxes }: FilePads): Padding | Problem {
  const rank = node.shapeOf(0).length;
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  const isAroundMap = rank === 4 && [before, after].every((side) => side[0] === 0 && side[1] === 0);
  if (!isAroundMap || hasAxes) return node.refuse("it pads other axes than height and width");
  return [before[2] ?? 0, before[3] ?? 0, after[2] ?? 0, after[3] ?? 0];
}

/** The padding of a mode that repeats the map's own cells. */
export const padsOfMode = (wanted: "reflect" | "edge"): OnnxReader<{ readonly padding: Padding }> => ({
  nodeTypes: ["Pad"],
  takes: (node) => {
    const found = padsOf(node);
    return !isProblem(found) && found.mode === wanted && !padsNothing(found);
  },
  read: (site) => {
    const [x, found] = [site.tensor(0), padsOf(site)];
    if (isProblem(x)) return x;
    if (isProblem(found)) return found;
    const padding = paddingAround(site, found);
    return isProblem(padding) ? padding : site.make([x], { padding });
  },
});
