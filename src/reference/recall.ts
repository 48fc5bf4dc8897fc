import type { Graph, Node } from "../ir/graph.js";
import type { Tensor } from "../ops/contracts.js";
import { multipliesOf } from "./work.js";

/** The results of a run's most expensive nodes, so that a run of a similar graph need not compute them again. */
export interface Recall {
  keep(node: Node, inputs: readonly Tensor[], results: readonly Tensor[]): void;
  /** The results of a node with the same op, attributes and inputs. */
  find(node: Node, inputs: readonly Tensor[]): readonly Tensor[] | undefined;
}

interface Kept {
  readonly inputs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

/** Number of multiplications from which comparing inputs pays off. */
const dear = 1e7;

/** Maximum number of stored numbers, 1 GiB. */
const mostNumbers = 2 ** 27;

const keyOf = ({ op, attributes }: Node): string => `${op} ${JSON.stringify(attributes)}`;

const sameTensor = (a: Tensor, b: Tensor | undefined): boolean => {
  if (a === b) return true;
  if (b === undefined || a.data.length !== b.data.length || a.shape.join() !== b.shape.join()) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
};

/** Records runs of this graph. */
export function recallOf(graph: Graph): Recall {
  const multiplies = new Map(multipliesOf(graph).map((count, i) => [graph.nodes[i], count]));
  const byKey = new Map<string, Kept[]>();
  let numbers = 0;
  return {
    keep: (node, inputs, results) => {
      if ((multiplies.get(node) ?? 0) < dear || numbers > mostNumbers) return;
      for (const { data } of [...inputs, ...results]) numbers += data.length;
      byKey.set(keyOf(node), [...(byKey.get(keyOf(node)) ?? []), { inputs, results }]);
    },
    find: (node, inputs) =>
      byKey
        .get(keyOf(node))
        ?.find(
          (kept) => kept.inputs.length === inputs.length && inputs.every((each, i) => sameTensor(each, kept.inputs[i])),
        )?.results,
  };
}
