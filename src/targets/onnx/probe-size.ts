import { liveTaps } from "../../analysis/dead-taps.js";
import { type Graph, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import type { Shape } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";
import { multipliesOf } from "../../reference/work.js";
import { resizeGraph } from "./resize-graph.js";

/** Limit on multiply-accumulates of one picture in the reference interpreter: about a second for batch 2, twice. */
const affordableMultiplies = 1e8;

/** The same for fitting weights at full size, if those of a small input are not usable: a few seconds. */
const affordableToFit = 2e9;

/** Limit on nodes whose types the search infers. */
const affordableInferences = 100_000;

/** For each convolution and pool, its taps that read the map. */
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

/**
 * Axes with several cells along which an op does more than work place by place: softmax over rows, a cumulative sum, a mean, a
 * transposition, upsampling. On a single cell each of them does nothing, and would not be tested.
 */
function longAxes(graph: Graph): readonly { readonly value: ValueId; readonly axis: number }[] {
  return graph.nodes.flatMap((node) => {
    const [inputs, outputs] = [typesOf(graph, node.inputs), typesOf(graph, node.outputs)];
    const moves = findOp(node.op)?.spatial(inputs, outputs, node.attributes) ?? [];
    return node.inputs.flatMap((value, i) =>
      typeOf(graph, value).shape.flatMap((size, axis) => {
        const move = moves === "same order" ? undefined : moves[i]?.[axis];
        const stays = move !== undefined && move.to === axis && move.seen === 1 && move.step === 1;
        return typeof size === "number" && size > 1 && !stays ? [{ value, axis }] : [];
      }),
    );
  });
}

const isLong = (graph: Graph, { value, axis }: { readonly value: ValueId; readonly axis: number }): boolean =>
  typeOf(graph, value).shape[axis] !== 1;

const totalMultiplies = (graph: Graph): number => multipliesOf(graph).reduce((sum, each) => sum + each, 0);

/** Inputs that are maps or pictures. */
function mapInputs(graph: Graph): readonly { readonly name: string; readonly shape: readonly [...Shape] }[] {
  return graph.inputs
    .map(({ name, value }) => ({ name, shape: typeOf(graph, value).shape }))
    .filter(({ shape: [, , height, width, ...more] }) => {
      return typeof height === "number" && typeof width === "number" && more.length === 0;
    });
}

/** The graph with all maps smaller by the same factor, if it accepts them. */
function atScale(graph: Graph, maps: ReturnType<typeof mapInputs>, scale: number): Graph | undefined {
  const scaled = (size: unknown): number => Math.max(1, Math.round((size as number) * scale));
  return resizeGraph(
    graph,
    new Map(maps.map(({ name, shape: [n = 1, c = 1, h, w] }) => [name, [n, c, scaled(h), scaled(w)]])),
  );
}

/** The network at the largest input at which weights can be fitted in a few seconds. */
export function largestProbeGraph(graph: Graph): Graph {
  const maps = mapInputs(graph);
  for (let scale = 1; scale > 0.1; scale -= 1 / 16) {
    const candidate = scale === 1 ? graph : atScale(graph, maps, scale);
    if (candidate !== undefined && totalMultiplies(candidate) <= affordableToFit) return candidate;
  }
  return graph;
}

/**
 * The network at the smallest valid input at which every kernel uses the same taps as at full size, and every axis along which
 * an op works has several cells, if that is affordable; otherwise at the affordable size that loses the fewest of these. On a
 * 1x1 map, a wrong order of taps, of quadrants or of a sum would go unnoticed.
 */
export function chooseProbeGraph(graph: Graph): Graph {
  const maps = mapInputs(graph);
  const fullHeight = maps[0]?.shape[2];
  if (typeof fullHeight !== "number") return graph;
  const fullTaps = tapsOf(graph);
  const long = longAxes(graph);
  const step = Math.max(1, Math.ceil((fullHeight * graph.nodes.length) / affordableInferences));
  let best: Graph | undefined;
  let bestKept = -1;
  for (let height = 1; height < fullHeight; height += step) {
    const candidate = atScale(graph, maps, height / fullHeight);
    if (candidate === undefined) continue;
    const affordable = totalMultiplies(candidate) <= affordableMultiplies;
    if (!affordable) return best ?? candidate;
    const taps = tapsOf(candidate);
    let kept = long.filter((each) => isLong(candidate, each)).length;
    for (const [path, full] of fullTaps) if (taps.get(path) === full) kept++;
    if (kept === fullTaps.size + long.length) return candidate;
    if (kept > bestKept) [best, bestKept] = [candidate, kept];
  }
  return totalMultiplies(graph) <= affordableMultiplies ? graph : (best ?? graph);
}
