/** Finds the op that reads a node, from the ops' declarations. */
import { invariant } from "../../../diagnostics/invariant.js";
import type { Attributes } from "../../../ir/graph.js";
import type { AnyOp } from "../../../ops/contracts.js";
import type { OnnxNode, OnnxReader } from "../../../ops/onnx-node.js";
import { ops } from "../../../ops/registry.js";

/** An op that reads nodes of a type. */
export interface Claim {
  readonly op: AnyOp;
  readonly reader: OnnxReader<Attributes>;
}

/** The readers of a node type: one op reads all nodes that no other op claims. */
interface Claims {
  readonly others: Claim;
  readonly takers: readonly Claim[];
}

/** The readers by node type. Two ops without `takes` for one type, or none, are a bug in lferc. */
export function claimsOf(all: readonly AnyOp[]): ReadonlyMap<string, Claims> {
  const found = new Map<string, Claim[]>();
  for (const op of all) {
    if ("notReadBack" in op.readOnnx) continue;
    for (const reader of op.readOnnx) {
      for (const nodeType of reader.nodeTypes) found.set(nodeType, [...(found.get(nodeType) ?? []), { op, reader }]);
    }
  }
  const settled = [...found].map(([nodeType, claims]): [string, Claims] => {
    const [others, second] = claims.filter(({ reader }) => reader.takes === undefined);
    invariant(others !== undefined, `no op reads the ${nodeType} nodes that are left`);
    invariant(second === undefined, `${others.op.name} and ${second?.op.name} both read ${nodeType}`);
    return [nodeType, { others, takers: claims.filter((claim) => claim !== others) }];
  });
  return new Map(settled);
}

const claimsOfAll = claimsOf(Object.values(ops) as unknown as readonly AnyOp[]);

/** Whether an op reads nodes of this type; names with a dot are those of fused-nodes.ts. */
export const isRead = (nodeType: string): boolean => claimsOfAll.has(nodeType);

/**
 * The reader of a node, and the node with its recorded reads; undefined if there is none. `look` returns a new view of the node
 * for each op, so that reads are recorded separately.
 */
export function readerOf<N extends OnnxNode>(nodeType: string, look: (op: AnyOp) => N, claims = claimsOfAll) {
  const found = claims.get(nodeType);
  if (found === undefined) return undefined;
  const { others, takers } = found;
  const [first, second] = takers
    .map(({ op, reader }) => ({ op, reader, site: look(op) }))
    .filter(({ reader, site }) => reader.takes?.(site));
  invariant(second === undefined, `${first?.op.name} and ${second?.op.name} both take a node of type ${nodeType}`);
  return first ?? { ...others, site: look(others.op) };
}
