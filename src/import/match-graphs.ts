/** Compares two graphs layer by layer, from their outputs back: whether they are the same, and which weight is which. */
import type { Graph, Node, ValueId } from "../ir/graph.js";
import { formatShape, type TensorType } from "../ir/shape.js";

export type Match =
  /** The name of a slot of the second graph for that of each slot of the first. */
  | { readonly kind: "same"; readonly slots: ReadonlyMap<string, string> }
  | { readonly kind: "differs"; readonly at: string; readonly why: string };

const typeText = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`;

function producers(graph: Graph): ReadonlyMap<ValueId, readonly [Node, index: number]> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((value, i) => [value, [node, i]] as const)));
}

/** Values that follow from numbers in the text alone. */
function fixedValues(graph: Graph): ReadonlySet<ValueId> {
  const fixed = new Set<ValueId>();
  for (const { inputs, outputs } of graph.nodes) {
    if (inputs.every((value) => fixed.has(value))) for (const value of outputs) fixed.add(value);
  }
  return fixed;
}

const sorted = (attributes: object): string =>
  JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Whether two graphs compute the same from the same weights: equal ops, attributes, and types, in equal places. Each weight of one is exactly
 * one weight of the other, so what is shared is shared in both.
 */
export function matchGraphs(first: Graph, second: Graph): Match {
  const [of, to] = [producers(first), producers(second)];
  const pairs = new Map<ValueId, ValueId>();
  const back = new Map<ValueId, ValueId>();
  const fixed = fixedValues(first);
  const seen = new Set<string>();
  const slotOf = new Map(second.slots.map((slot) => [slot.value, slot]));
  const slots = new Map<string, string>();
  const differs = (at: string, why: string): Match => ({ kind: "differs", at, why });
  if (first.outputs.length !== second.outputs.length) return differs("", "another number of outputs");
  const waiting = first.outputs.map(({ value, name }, i) => [value, second.outputs[i]?.value ?? -1, name] as const);
  for (const [i, { value, name }] of first.inputs.entries()) {
    pairs.set(value, second.inputs[i]?.value ?? -1);
    back.set(second.inputs[i]?.value ?? -1, value);
    const [a, b] = [first.types[value], second.types[second.inputs[i]?.value ?? -1]];
    if (a === undefined || b === undefined || typeText(a) !== typeText(b)) return differs(name, "another input");
  }
  const given = new Map(first.slots.map((slot) => [slot.value, slot]));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [a, b, at] = next;
    if (pairs.get(a) === b || seen.has(`${a},${b}`)) continue;
    seen.add(`${a},${b}`);
    // A number of the text is written again wherever it is used.
    const isFixed = fixed.has(a);
    if (!isFixed && (pairs.has(a) || back.has(b))) return differs(at, "another value");
    if (!isFixed) pairs.set(a, b);
    if (!isFixed) back.set(b, a);
    const types = [first.types[a], second.types[b]];
    if (types[0] === undefined || types[1] === undefined) return differs(at, "no value");
    if (typeText(types[0]) !== typeText(types[1])) return differs(at, `${typeText(types[0])}, ${typeText(types[1])}`);
    const [slot, twin] = [given.get(a), slotOf.get(b)];
    if (slot !== undefined || twin !== undefined) {
      if (slot === undefined || twin === undefined || slot.role !== twin.role) return differs(at, "a weight");
      slots.set(slot.name, twin.name);
      continue;
    }
    const [made, other] = [of.get(a), to.get(b)];
    if (made === undefined || other === undefined || made[1] !== other[1]) return differs(at, "another result");
    const [node, twinNode] = [made[0], other[0]];
    const isSame = node.op === twinNode.op && sorted(node.attributes) === sorted(twinNode.attributes);
    if (!isSame || node.inputs.length !== twinNode.inputs.length) {
      const [x, y] = [node, twinNode].map((each) => `${each.op} ${sorted(each.attributes)}`);
      return differs(node.path, `${x}, ${y}`);
    }
    for (const [i, value] of node.inputs.entries()) waiting.push([value, twinNode.inputs[i] ?? -1, node.path]);
  }
  if (slots.size !== first.slots.length || slots.size !== second.slots.length) return differs("", "unused weights");
  return { kind: "same", slots };
}
