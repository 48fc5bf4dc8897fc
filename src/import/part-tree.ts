/** The scopes of a file as a tree, and where tensors enter and leave each of them. */
import type { Graph, Node, ValueId } from "../ir/graph.js";
import { isPart, type Part, type Passage } from "./parts.js";

/** Deeper scopes are not looked into. */
const deepest = 24;

const scopesOf = ({ path }: Node): readonly string[] => path.split(".").slice(0, -1).slice(0, deepest);

function partOf(name: string, scopes: readonly string[], nodes: readonly Node[]): Part {
  const children: (Part | Node)[] = [];
  const depth = scopes.length;
  for (let i = 0; i < nodes.length; ) {
    const first = nodes[i] as Node;
    const scope = scopesOf(first)[depth];
    if (scope === undefined) {
      children.push(first);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < nodes.length && scopesOf(nodes[end] as Node)[depth] === scope) end++;
    children.push(partOf(scope, [...scopes, scope], nodes.slice(i, end)));
    i = end;
  }
  const heights = children.map((child) => (isPart(child) ? child.height : 0));
  return { name, scopes, nodes, children, height: 1 + Math.max(0, ...heights) };
}

/** The whole network as one part. */
export const partTree = (graph: Graph): Part => partOf("", [], graph.nodes);

/** All parts, inner ones first. */
export function partsByHeight(root: Part): readonly Part[] {
  const all: Part[] = [];
  const waiting: Part[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    all.push(next);
    waiting.push(...next.children.filter(isPart).toReversed());
  }
  return all.toSorted((a, b) => a.height - b.height);
}

export type Users = ReadonlyMap<ValueId, ReadonlySet<Node>>;

export function usersOf(graph: Graph): Users {
  const users = new Map<ValueId, Set<Node>>();
  for (const node of graph.nodes) {
    for (const value of node.inputs) {
      const known = users.get(value);
      if (known === undefined) users.set(value, new Set([node]));
      else known.add(node);
    }
  }
  return users;
}

/** The one tensor that enters some nodes, and the one that leaves them; undefined if there are more. */
export function passageOf(graph: Graph, nodes: readonly Node[], users: Users, slots: ReadonlySet<ValueId>) {
  const own = new Set(nodes);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const entering = new Set(
    nodes.flatMap(({ inputs }) => inputs).filter((value) => !made.has(value) && !slots.has(value)),
  );
  const isUsedOutside = (value: ValueId): boolean =>
    graph.outputs.some((output) => output.value === value) ||
    [...(users.get(value) ?? [])].some((node) => !own.has(node));
  const leaving = [...made].filter(isUsedOutside);
  const [input] = entering;
  const [output] = leaving;
  if (entering.size !== 1 || leaving.length !== 1 || input === undefined || output === undefined) return undefined;
  const [inputType, outputType] = [graph.types[input], graph.types[output]];
  if (inputType === undefined || outputType === undefined) return undefined;
  return { input, output, inputType, outputType } satisfies Passage;
}
