/** Layers between two tensors as a chain, with branches where the network has them. */
import type { ValueId } from "../ir/graph.js";
import type { Chain, Item, Vertex, WebLine } from "./parts.js";

/** Branches inside branches that are told as such. */
const deepest = 40;

type Uses = ReadonlyMap<ValueId, readonly Vertex[]>;

function usesOf(vertices: Iterable<Vertex>): Uses {
  const uses = new Map<ValueId, Vertex[]>();
  for (const vertex of vertices) {
    for (const value of new Set(vertex.inputs)) {
      const known = uses.get(value);
      if (known === undefined) uses.set(value, [vertex]);
      else known.push(vertex);
    }
  }
  return uses;
}

/** The layers from `input` to `output`, which are all of `vertices`, in their order. */
export function chainOf(vertices: readonly Vertex[], input: ValueId, output: ValueId, depth = 0): Chain | undefined {
  const uses = usesOf(vertices);
  const items: Item[] = [];
  let place = 0;
  let at = input;
  while (at !== output) {
    const [next, ...others] = uses.get(at) ?? [];
    if (next === undefined) return undefined;
    if (others.length === 0 && next.inputs.length === 1 && next.outputs.length === 1 && next === vertices[place]) {
      at = next.outputs[0] as ValueId;
      items.push({ kind: "layer", layer: next.layer, scopes: next.scopes, size: 1, to: at });
      place++;
      continue;
    }
    const region = regionFrom(vertices, place, at, output, uses);
    if (region === undefined) return undefined;
    items.push(forkOf(region, at, depth) ?? webOf(region, at));
    at = region.at(-1)?.outputs[0] as ValueId;
    place += region.length;
  }
  return place === vertices.length ? items : undefined;
}

/** The first layers after which only one tensor is left. */
function regionFrom(
  vertices: readonly Vertex[],
  start: number,
  at: ValueId,
  output: ValueId,
  uses: Uses,
): readonly Vertex[] | undefined {
  const left = new Map<ValueId, number>([[at, (uses.get(at) ?? []).length]]);
  for (let i = start; i < vertices.length; i++) {
    const vertex = vertices[i] as Vertex;
    for (const value of new Set(vertex.inputs)) {
      const count = left.get(value);
      if (count === undefined) return undefined;
      if (count > 1) left.set(value, count - 1);
      else left.delete(value);
    }
    for (const value of vertex.outputs) {
      const count = (uses.get(value) ?? []).length + (value === output ? 1 : 0);
      if (count > 0) left.set(value, count);
    }
    if (left.size === 1 && vertex.outputs.length === 1 && left.has(vertex.outputs[0] as ValueId)) {
      return vertices.slice(start, i + 1);
    }
  }
  return undefined;
}

/** The region as branches that the last layer joins; undefined if they are not apart. */
function forkOf(region: readonly Vertex[], at: ValueId, depth: number): Item | undefined {
  const join = region.at(-1);
  if (join === undefined || depth > deepest) return undefined;
  const [first] = region;
  const isHead = first !== undefined && first.outputs.length > 1 && first.inputs.length === 1 && first.inputs[0] === at;
  const head = isHead ? first : undefined;
  const inner = region.slice(isHead ? 1 : 0, -1);
  const starts = head?.outputs ?? [at];
  const producer = new Map(inner.flatMap((vertex) => vertex.outputs.map((value) => [value, vertex] as const)));
  const taken = new Set<Vertex>();
  const sources: number[] = [];
  const branches: Chain[] = [];
  for (const end of join.inputs) {
    const own = new Set<Vertex>();
    const begins = new Set<number>();
    const waiting = [end];
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      const start = starts.indexOf(value);
      if (start >= 0) {
        begins.add(start);
        continue;
      }
      const vertex = producer.get(value);
      if (vertex === undefined) return undefined;
      if (own.has(vertex)) continue;
      own.add(vertex);
      waiting.push(...vertex.inputs);
    }
    const [source] = begins;
    if (begins.size !== 1 || source === undefined || [...own].some((vertex) => taken.has(vertex))) return undefined;
    for (const vertex of own) taken.add(vertex);
    const members = inner.filter((vertex) => own.has(vertex));
    const branch = chainOf(members, starts[source] as ValueId, end, depth + 1);
    if (branch === undefined) return undefined;
    sources.push(source);
    branches.push(branch);
  }
  if (taken.size !== inner.length) return undefined;
  // A head whose results are not used once each, in their order, is told as it stands.
  if (head !== undefined && sources.join() !== head.outputs.map((_, i) => i).join()) return undefined;
  const to = join.outputs[0] as ValueId;
  const { scopes } = join;
  return { kind: "fork", head: head?.layer, sources, branches, join: join.layer, scopes, size: region.length, to };
}

function webOf(region: readonly Vertex[], at: ValueId): Item {
  const places = new Map<ValueId, readonly [number, number]>([[at, [-1, 0]]]);
  const lines: WebLine[] = [];
  for (const { layer, inputs, outputs } of region) {
    const from = inputs.map((value) => places.get(value) ?? ([-1, 0] as const));
    for (const [result, value] of outputs.entries()) places.set(value, [lines.length, result]);
    lines.push({ layer, from, results: outputs.length });
  }
  const to = region.at(-1)?.outputs[0] as ValueId;
  return { kind: "web", lines, scopes: region[0]?.scopes ?? [], size: region.length, to };
}
