import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { indexGraph } from "../ir/graph-index.js";
import { isWithin } from "../ir/paths.js";
import { elementCount } from "../ir/shape.js";
import type { AnyOp } from "../ops/contracts.js";
import { findOp, isLayerOp, type LayerOpName } from "../ops/registry.js";
import { type CountingFacts, factsOf } from "./facts.js";

/** One node, as the counters see it. */
export interface Layer {
  readonly node: Node;
  readonly op: AnyOp;
  readonly opName: LayerOpName;
  readonly facts: CountingFacts;
  /** Trained numbers of this layer, without those that it shares with an earlier layer. */
  readonly params: number;
  /** Path of the earlier layer with the same weights. */
  readonly sharedWith: string | undefined;
}

/** The layers of a graph in emitted order. With `part`, only those in it; weights then count at their first use within the part. */
export function layersOf(graph: Graph, part?: string): readonly Layer[] {
  const index = indexGraph(graph);
  const nobody = -1;
  /** The first layer that uses each value. */
  const firstUser = new Int32Array(graph.types.length).fill(nobody);
  const isFresh = (value: ValueId): boolean => firstUser[value] === nobody;
  const layers: Layer[] = [];
  for (const node of graph.nodes) {
    if (part !== undefined && !isWithin(node.path, part)) continue;
    const op = findOp(node.op);
    const opName = node.op;
    const isCounted = op !== undefined && isLayerOp(opName);
    invariant(isCounted, `node ${node.path} has the op "${opName}", which nobody counts`, node.span);
    const facts = factsOf(graph, node, op, index, isFresh);
    let params = 0;
    let sharedWith: string | undefined;
    for (const value of node.inputs) {
      if (index.isParameter[value] !== 1) continue;
      const user = firstUser[value] ?? nobody;
      if (user === nobody) {
        params += elementCount(typeOf(graph, value).shape);
        firstUser[value] = layers.length;
      } else if (user !== layers.length) sharedWith ??= layers[user]?.node.path;
    }
    layers.push({ node, op, opName, facts, params, sharedWith });
  }
  return layers;
}
