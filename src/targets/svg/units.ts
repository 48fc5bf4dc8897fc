/** The parts of a level before drawing: groups by one name of the path, and runs of equal ones. */
import { typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { Atom, AtomGraph } from "./atoms.js";
import { Earliest } from "./earliest.js";

/** A single layer, or a part of the network with several atoms. */
export interface Unit {
  readonly name: string;
  readonly path: string;
  readonly atoms: readonly Atom[];
  /** Number of path names used up inside it. */
  readonly inner: number;
  /** Its first repeat; all of it if it is not repeated. */
  readonly first: readonly Atom[];
  readonly count: number;
}

const isPart = (unit: Unit): boolean => unit.atoms.length > 1;

function unitOf(atoms: readonly Atom[], from: number): Unit {
  const path = (atoms[0] as Atom).path;
  let inner = from + 1;
  if (atoms.length === 1) inner = path.length;
  // A part that contains only one part is replaced by it: two frames around the same contents add nothing.
  else while (path[inner] !== undefined && atoms.every((atom) => atom.path[inner] === path[inner])) inner += 1;
  const used = path.slice(0, inner);
  return { name: used.slice(from).join("."), path: used.join("."), atoms, inner, first: atoms, count: 1 };
}

/**
 * Groups the atoms of a level by the next name of their paths, in topological order; the first `from` names are those of the
 * level itself.
 */
export function unitsOf(graph: AtomGraph, atoms: readonly Atom[], from: number): readonly Unit[] {
  const byName = new Map<string | Atom, Atom[]>();
  for (const atom of atoms) {
    const name = atom.path[from];
    const isAlone = name === undefined || atom.kind === "input" || atom.kind === "output";
    const key = isAlone ? atom : name;
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [atom]);
    else known.push(atom);
  }
  return untangled(
    graph,
    [...byName.values()].map((each) => unitOf(each, from)),
    from,
  );
}

/** For each unit the units that it feeds, each once. */
function successors({ readers }: AtomGraph, units: readonly Unit[]): readonly ReadonlySet<number>[] {
  const owners = new Map(units.flatMap((unit, i) => unit.atoms.map((atom) => [atom, i] as const)));
  return units.map((unit, i) => {
    const next = new Set<number>();
    for (const atom of unit.atoms)
      for (const value of atom.makes)
        for (const reader of readers.get(value) ?? []) {
          const owner = owners.get(reader);
          if (owner !== undefined && owner !== i) next.add(owner);
        }
    return next;
  });
}

/** Indices in topological order, early atoms first; units on cycles, and after them, are left out. */
function sorted(units: readonly Unit[], next: readonly ReadonlySet<number>[]): readonly number[] {
  const waiting = new Int32Array(units.length);
  for (const targets of next) for (const target of targets) waiting[target] = (waiting[target] ?? 0) + 1;
  const begin = (i: number): number => units[i]?.atoms[0]?.index ?? 0;
  const ready = new Earliest(begin);
  units.forEach((_, i) => {
    if (waiting[i] === 0) ready.add(i);
  });
  const order: number[] = [];
  for (let i = ready.take(); i !== undefined; i = ready.take()) {
    order.push(i);
    for (const target of next[i] ?? []) {
      waiting[target] = (waiting[target] ?? 0) - 1;
      if (waiting[target] === 0) ready.add(target);
    }
  }
  return order;
}

const reversed = (next: readonly ReadonlySet<number>[]): readonly ReadonlySet<number>[] => {
  const before = next.map(() => new Set<number>());
  next.forEach((targets, i) => {
    for (const target of targets) before[target]?.add(i);
  });
  return before;
};

/**
 * Units in topological order. A name may be interrupted (`x -> conv -> (relu as other) -> conv`), so that two folded boxes
 * would feed each other: units on cycles are split wherever another one comes between in emitted order, which has no cycles.
 */
function untangled(graph: AtomGraph, units: readonly Unit[], from: number): readonly Unit[] {
  const next = successors(graph, units);
  const order = sorted(units, next);
  if (order.length === units.length) return order.map((i) => units[i] as Unit);
  const behind = new Set(order);
  const ahead = new Set(sorted(units, reversed(next)));
  const owner = new Map(units.flatMap((unit, i) => unit.atoms.map((atom) => [atom, i] as const)));
  const whole = units.filter((_, i) => behind.has(i) || ahead.has(i));
  const pieces: Unit[] = [];
  let piece: Atom[] = [];
  const all = units.flatMap(({ atoms }) => atoms).toSorted((a, b) => a.index - b.index);
  all.forEach((atom, k) => {
    const mine = owner.get(atom) as number;
    if (behind.has(mine) || ahead.has(mine)) return;
    piece.push(atom);
    const following = all[k + 1];
    if (following !== undefined && owner.get(following) === mine) return;
    pieces.push(unitOf(piece, from));
    piece = [];
  });
  const cut = [...whole, ...pieces];
  return sorted(cut, successors(graph, cut)).map((i) => cut[i] as Unit);
}

/** Whether two units look the same: exactly, or except for widths and sizes. */
type Likeness = "equal" | "alike";

/** Attributes of width, not of function. */
const widths: ReadonlySet<string> = new Set(["channels", "groups", "sizes", "shape", "features"]);
/** Attributes that do not matter at inference: the rate of stochastic depth grows from unit to unit. */
const onlyTraining: ReadonlySet<string> = new Set(["p"]);

/** What a unit computes, as text: consecutive units with the same text are drawn once, with a count. */
function signature({ graph }: AtomGraph, atoms: readonly Atom[], likeness: Likeness): string {
  const numbers = new Map<number, number>();
  const shape = (value: number): string => formatShape(typeOf(graph, value).shape);
  return atoms
    .map(({ kind, layer, reads, makes, params }) => {
      const inputs = reads.map((value) => numbers.get(value) ?? "outside");
      for (const value of makes) numbers.set(value, numbers.size);
      const attributes = Object.entries(layer?.node.attributes ?? {}).filter(
        ([name]) => !onlyTraining.has(name) && (likeness === "equal" || !widths.has(name)),
      );
      const own = likeness === "equal" ? [params, ...makes.map(shape)] : [params > 0, makes.length];
      return JSON.stringify([kind, layer?.node.op, inputs, attributes, own]);
    })
    .join("\n");
}

/** The values that enter a set of atoms, and those that others read. */
export function boundaryOf({ maker, readers }: AtomGraph, atoms: readonly Atom[]) {
  const own = new Set(atoms);
  const enters = new Set<number>();
  const leaves: number[] = [];
  for (const { reads, makes } of atoms) {
    for (const value of reads) if (!own.has(maker.get(value) as Atom)) enters.add(value);
    for (const value of makes) if ((readers.get(value) ?? []).some((reader) => !own.has(reader))) leaves.push(value);
  }
  return { enters: [...enters], leaves };
}

/** `unit_1–7`: the names of the first and the last of a run, with their common part once. */
function rangeName(first: string, last: string): string {
  const numbered = /^(.*_)\d+$/s.exec(first);
  const prefix = numbered?.[1];
  const isNumbered = prefix !== undefined && last.startsWith(prefix) && /^\d+$/.test(last.slice(prefix.length));
  return isNumbered ? `${first}–${last.slice(prefix.length)}` : `${first} … ${last}`;
}

/** Merges consecutive parts, each feeding only the next with one value, into one part with a count. */
export function withRepeats(
  graph: AtomGraph,
  units: readonly Unit[],
  likenessOf: (unit: Unit) => Likeness,
): readonly Unit[] {
  const owner = new Map(units.flatMap((unit) => unit.atoms.map((atom) => [atom, unit] as const)));
  const texts = new Map<Unit, string>();
  const textOf = (unit: Unit): string => {
    const text = texts.get(unit) ?? signature(graph, unit.atoms, likenessOf(unit));
    texts.set(unit, text);
    return text;
  };
  /** The part that alone reads a part's only value, and reads no other. */
  const follower = (unit: Unit): Unit | undefined => {
    const { leaves } = boundaryOf(graph, unit.atoms);
    const [value] = leaves;
    if (value === undefined || leaves.length > 1) return undefined;
    const [reader, ...more] = graph.readers.get(value) ?? [];
    const next = reader === undefined ? undefined : owner.get(reader);
    if (next === undefined || !isPart(next) || more.some((other) => owner.get(other) !== next)) return undefined;
    const { enters, leaves: further } = boundaryOf(graph, next.atoms);
    return enters.length === 1 && further.length === 1 ? next : undefined;
  };
  const taken = new Set<Unit>();
  return units.flatMap((unit): Unit[] => {
    if (taken.has(unit)) return [];
    const run = [unit];
    if (isPart(unit) && boundaryOf(graph, unit.atoms).enters.length === 1) {
      for (let next = follower(unit); next !== undefined && textOf(next) === textOf(unit); next = follower(next)) {
        run.push(next);
        taken.add(next);
      }
    }
    const last = run.at(-1) as Unit;
    if (run.length === 1) return [unit];
    return [
      { ...unit, name: rangeName(unit.name, last.name), atoms: run.flatMap(({ atoms }) => atoms), count: run.length },
    ];
  });
}
