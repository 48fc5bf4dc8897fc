/** What repeats along a network becomes blocks, wherever the scopes of the file have their borders. */
import type { Graph, ValueId } from "../ir/graph.js";
import type { BlockFinder, Place } from "./block-finder.js";
import { chainOf } from "./chains.js";
import type { Chain, Vertex } from "./parts.js";
import { merge, type Template, templateKey, tokensOf } from "./template.js";

/** Items of a chain that repeat together. */
const longestPeriod = 6;
const leastSize = 3;
const leastLikeness = 0.6;
const mostRounds = 8;
/** Longer chains are not searched. */
const mostItems = 600;

interface Window {
  /** The first item, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly tokens: Template;
}

const sizeOf = (tokens: Template): number =>
  tokens.filter(({ kind }) => kind === "layer" || kind === "join" || kind === "web").length;

/** Windows that do not overlap. */
function apart(windows: readonly Window[]): readonly Window[] {
  const kept: Window[] = [];
  for (const window of windows.toSorted((a, b) => a.from - b.from)) {
    if (window.from >= (kept.at(-1)?.to ?? 0)) kept.push(window);
  }
  return kept;
}

/** The windows whose block saves most. */
function bestWindows(chain: Chain): readonly Window[] {
  const tokens = chain.map((item) => tokensOf([item]));
  let best: { readonly saved: number; readonly windows: readonly Window[]; readonly period: number } | undefined;
  const all = new Map<number, readonly Window[]>();
  for (let period = 1; period <= longestPeriod; period++) {
    const byKey = new Map<string, Window[]>();
    for (let from = 0; from + period <= chain.length; from++) {
      const own = tokens.slice(from, from + period).flat();
      const window = { from, to: from + period, tokens: own };
      const key = templateKey(own);
      byKey.set(key, [...(byKey.get(key) ?? []), window]);
    }
    all.set(period, [...byKey.values()].flat());
    for (const windows of byKey.values()) {
      const own = apart(windows);
      const size = sizeOf(own[0]?.tokens ?? []);
      const saved = (own.length - 1) * (size - 1);
      if (size >= leastSize && own.length > 1 && saved > (best?.saved ?? 2)) best = { saved, windows: own, period };
    }
  }
  if (best === undefined) return [];
  const [first] = best.windows;
  // Others that are alike may be the same block under a condition.
  const others = (all.get(best.period) ?? []).filter((window) => {
    const both = first && merge(first.tokens, window.tokens, [1, 1]);
    return both !== undefined && both.likeness >= leastLikeness;
  });
  return apart([...best.windows, ...others.filter((window) => overlapsNone(window, best.windows))]);
}

const overlapsNone = (window: Window, others: readonly Window[]): boolean =>
  others.every(({ from, to }) => window.to <= from || to <= window.from);

/** The layers with what repeats as blocks. */
export function mineChain(graph: Graph, vertices: readonly Vertex[], finder: BlockFinder): readonly Vertex[] {
  const [input, output] = [graph.inputs[0]?.value, graph.outputs[0]?.value];
  if (input === undefined || output === undefined || graph.inputs.length > 1 || graph.outputs.length > 1)
    return vertices;
  let now = vertices;
  for (let round = 0; round < mostRounds; round++) {
    const chain = chainOf(now, input, output);
    if (chain === undefined || chain.length > mostItems) return now;
    const next = withBlocks(graph, now, chain, input, finder);
    if (next === undefined) return now;
    now = next;
  }
  return now;
}

function withBlocks(
  graph: Graph,
  vertices: readonly Vertex[],
  chain: Chain,
  input: ValueId,
  finder: BlockFinder,
): readonly Vertex[] | undefined {
  const starts = [0];
  for (const { size } of chain) starts.push((starts.at(-1) ?? 0) + size);
  const put = new Map<number, { readonly end: number; readonly vertex: Vertex }>();
  const places = bestWindows(chain).flatMap(({ from, to }): readonly Place[] => {
    const items = chain.slice(from, to);
    const [enters, leaves] = [from === 0 ? input : chain[from - 1]?.to, items.at(-1)?.to];
    const [inputType, outputType] = [graph.types[enters ?? -1], graph.types[leaves ?? -1]];
    if (enters === undefined || leaves === undefined || inputType === undefined || outputType === undefined) return [];
    const passage = { input: enters, output: leaves, inputType, outputType };
    const [begin, end] = [starts[from] ?? 0, starts[to] ?? 0];
    const scopes = (items[0]?.scopes ?? []).slice(0, -1);
    return [
      {
        chain: items,
        passage,
        scopes,
        mayWait: false,
        put: (vertex) => void put.set(begin, { end, vertex }),
      },
    ];
  });
  if (places.length < 2) return undefined;
  finder.group(places);
  if (put.size === 0) return undefined;
  const next: Vertex[] = [];
  for (let i = 0; i < vertices.length; ) {
    const found = put.get(i);
    next.push(found?.vertex ?? (vertices[i] as Vertex));
    i = found?.end ?? i + 1;
  }
  return next;
}
