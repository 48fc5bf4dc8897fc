import { typeOf, type ValueId } from "../../ir/graph.js";
import { sameShape } from "../../ir/shape.js";
import { type Atom, type AtomGraph, costOf } from "./atoms.js";
import { opKind } from "./op-kinds.js";
import type { Item, Level, Link } from "./scene.js";
import { boundaryOf, type Unit, unitsOf, withRepeats } from "./units.js";

/**
 * The network with `depth` levels of names shown; deeper blocks are boxes. A part that stands for the only part in it takes a
 * level for each of their names, so that blocks of one depth are all open or all folded. Repeated parts are shown once.
 */
export function foldGraph(graph: AtomGraph, depth: number): Level {
  return foldLevel(graph, graph.atoms, 0, depth);
}

function foldLevel(graph: AtomGraph, atoms: readonly Atom[], from: number, depth: number): Level {
  const left = ({ inner }: Unit): number => depth - (inner - from);
  // Folded repeats may differ in width; of open ones only the first is shown, so all must be equal.
  const units = withRepeats(graph, unitsOf(graph, atoms, from), (unit) => (left(unit) <= 0 ? "alike" : "equal"));
  const stacks = stacked(graph, units);
  const items = stacks.map((stack) => itemOf(graph, stack, left(stack[0] as Unit)));
  return { items, links: linksOf(graph, items) };
}

/** `depth`: the levels that are shown inside; 0: it is folded. */
function itemOf(graph: AtomGraph, stack: readonly Unit[], depth: number): Item {
  const [head] = stack as [Unit];
  const atoms = stack.flatMap((unit) => unit.atoms);
  const [first] = atoms as [Atom];
  const { name, path, count } = head;
  const { enters: reads, leaves: makes } = boundaryOf(graph, atoms);
  const shared = { name, path, atoms, count, cost: costOf(atoms), reads, makes };
  if (atoms.length === stack.length) {
    const kind = first.kind === "layer" ? "layers" : first.kind;
    return { ...shared, kind, inside: undefined, makesInside: makes };
  }
  if (depth <= 0) return { ...shared, kind: "block", inside: undefined, makesInside: makes };
  const makesInside = count === 1 ? makes : boundaryOf(graph, head.first).leaves;
  return { ...shared, kind: "group", inside: foldLevel(graph, head.first, head.inner, depth), makesInside };
}

/** Whether a layer is drawn as a further row of the previous box: it is elementwise. */
function isFollower({ layer }: Atom): boolean {
  if (layer === undefined) return false;
  const kind = opKind(layer.opName);
  return kind === "norm" || kind === "activation";
}

/** Groups layers with the norms and activations that only they feed: each list is one item, in order. */
function stacked(graph: AtomGraph, units: readonly Unit[]): readonly (readonly Unit[])[] {
  const stacks = new Map<Atom, Unit[]>();
  const all: Unit[][] = [];
  for (const unit of units) {
    const [atom, ...more] = unit.atoms as [Atom, ...Atom[]];
    const below = more.length > 0 ? undefined : stackUnder(graph, atom, stacks);
    const stack = below ?? [];
    if (below === undefined) all.push(stack);
    stack.push(unit);
    if (more.length === 0 && atom.kind === "layer") stacks.set(atom, stack);
  }
  return all;
}

function stackUnder(graph: AtomGraph, atom: Atom, stacks: ReadonlyMap<Atom, Unit[]>): Unit[] | undefined {
  const [value, ...more] = atom.reads;
  const [made] = atom.makes;
  if (!isFollower(atom) || value === undefined || made === undefined || more.length > 0) return undefined;
  const before = graph.maker.get(value);
  if (before === undefined || before.makes.length > 1 || graph.readers.get(value)?.length !== 1) return undefined;
  const isSame = sameShape(typeOf(graph.graph, value).shape, typeOf(graph.graph, made).shape);
  return isSame ? stacks.get(before) : undefined;
}

/** The links of values among items, and to and from the outside. */
function linksOf({ maker, readers }: AtomGraph, items: readonly Item[]): readonly Link[] {
  const owner = new Map(items.flatMap((item) => item.atoms.map((atom) => [atom, item] as const)));
  const links: Link[] = [];
  const add = (value: ValueId, from: Item | "outside", to: Item | "outside"): void => {
    links.push({ value, from, to });
  };
  for (const item of items) {
    const seen = new Set<ValueId>();
    for (const value of item.atoms.flatMap(({ reads }) => reads)) {
      const from = owner.get(maker.get(value) as Atom) ?? "outside";
      if (from === item || seen.has(value)) continue;
      seen.add(value);
      add(value, from, item);
    }
    for (const value of item.makes)
      if ((readers.get(value) ?? []).some((reader) => !owner.has(reader))) add(value, item, "outside");
  }
  return links;
}
