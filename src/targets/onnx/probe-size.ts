import { liveTaps } from "../../analysis/dead-taps.js";
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import type { Shape } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";
import { resizeGraph } from "./resize-graph.js";

/** Multiply-accumulates of one picture that the reference interpreter may spend: about a second for batch 2, twice. */
const affordableMultiplies = 1e8;

/** Nodes whose types the search may infer. */
const affordableInferences = 100_000;

/** For each convolution and pool, which of its taps meet data. */
function tapsOf(graph: Graph): ReadonlyMap<string, string> {
  const taps = new Map<string, string>();
  for (const node of graph.nodes) {
    const window = findOp(node.op)?.window(node.attributes);
    const [, , height, width] = typeOf(graph, node.inputs[0] ?? (node.outputs[0] as ValueId)).shape;
    if (window === undefined || typeof height !== "number" || typeof width !== "number") continue;
    const { rows, columns } = liveTaps(window, [height, width]);
    taps.set(node.path, `${rows.map(Number).join("")}x${columns.map(Number).join("")}`);
  }
  return taps;
}

function multipliesOf(graph: Graph): number {
  let multiplies = 0;
  for (const node of graph.nodes) {
    const types = (values: readonly ValueId[]) => values.map((value) => typeOf(graph, value));
    multiplies += findOp(node.op)?.work(types(node.inputs), types(node.outputs), node.attributes).multiplies ?? 0;
  }
  return multiplies;
}

/** Inputs that are maps or pictures. */
function mapInputs(graph: Graph): readonly { readonly name: string; readonly shape: readonly [...Shape] }[] {
  return graph.inputs
    .map(({ name, value }) => ({ name, shape: typeOf(graph, value).shape }))
    .filter(({ shape: [, , height, width, ...more] }) => {
      return typeof height === "number" && typeof width === "number" && more.length === 0;
    });
}

/**
 * The network at the smallest input that it accepts and at which every kernel meets data with the same taps as at full size,
 * as far as that is affordable; else at the size, of the affordable ones, that loses the fewest kernels. On a map of 1x1 a
 * wrong order of taps, or of quadrants, would go unseen.
 */
export function chooseProbeGraph(graph: Graph): Graph {
  const maps = mapInputs(graph);
  const fullHeight = maps[0]?.shape[2];
  if (typeof fullHeight !== "number") return graph;
  const fullTaps = tapsOf(graph);
  const step = Math.max(1, Math.ceil((fullHeight * graph.nodes.length) / affordableInferences));
  let best: Graph | undefined;
  let bestKept = -1;
  for (let height = 1; height < fullHeight; height += step) {
    const scaled = (size: unknown): number => Math.max(1, Math.round(((size as number) * height) / fullHeight));
    const shapes = new Map(maps.map(({ name, shape: [n = 1, c = 1, h, w] }) => [name, [n, c, scaled(h), scaled(w)]]));
    const candidate = resizeGraph(graph, shapes);
    if (candidate === undefined) continue;
    const affordable = multipliesOf(candidate) <= affordableMultiplies;
    if (!affordable) return best ?? candidate;
    const taps = tapsOf(candidate);
    let kept = 0;
    for (const [path, full] of fullTaps) if (taps.get(path) === full) kept++;
    if (kept === fullTaps.size) return candidate;
    if (kept > bestKept) [best, bestKept] = [candidate, kept];
  }
  return multipliesOf(graph) <= affordableMultiplies ? graph : (best ?? graph);
}
