/** Proposes a name map: both sides have tensors of the same kinds and shapes, only names and the order of branches differ. */
import { applyNameMap } from "./apply-map.js";
import { pairTensors } from "./pair-tensors.js";
import { parseNameMap } from "./parse-map.js";
import type { NamedShape } from "./shape-tree.js";

const plainName = /^\w[\w.:/+-]{0,499}$/;

const cutLeaf = (name: string): readonly [string, string] => {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? ["", name] : [name.slice(0, dot), name.slice(dot + 1)];
};

/** The text of a map from each tensor to its slot, or undefined if structure and shapes suggest none. */
export function proposeMap(tensors: readonly NamedShape[], slots: readonly NamedShape[]): string | undefined {
  // Printed and saved text must not contain control characters, nor lines that a CI system would execute.
  if (!tensors.every(({ name }) => plainName.test(name))) return undefined;
  const places = pairTensors(tensors, slots);
  if (places === undefined) return undefined;
  const pairs = places.map((to, i) => ({ to, pair: [tensors[i]?.name ?? "", slots[to]?.name ?? ""] as const }));
  const wanted = new Map(pairs.sort((a, b) => a.to - b.to).map(({ pair }) => pair));
  const inOrder = [...wanted];
  const layers = layerPairs(inOrder);
  for (const text of [generalise(layers), layers.map(plainRule).join("\n"), inOrder.map(plainRule).join("\n")]) {
    if (gives(text, wanted)) return text;
  }
  return undefined;
}

type Pair = readonly [tensor: string, slot: string];

const plainRule = ([left, right]: Pair): string => `${left} -> ${right}`;

/** Whether the map sends every tensor to its slot. */
function gives(text: string, wanted: ReadonlyMap<string, string>): boolean {
  const parsed = parseNameMap(text, "");
  if (parsed.kind === "refused") return false;
  const { slotOf, conflicts } = applyNameMap(parsed.map, wanted.keys(), [...wanted.values()]);
  return conflicts.length === 0 && [...wanted].every(([tensor, slot]) => slotOf.get(tensor) === slot);
}

/** Pairs of layers whose tensors have the same last part on both sides; whole names otherwise. */
function layerPairs(pairs: readonly Pair[]): readonly Pair[] {
  const layers = new Map<string, Pair>();
  for (const [tensor, slot] of pairs) {
    if (tensor === slot) continue;
    const [left, leftRole] = cutLeaf(tensor);
    const [right, rightRole] = cutLeaf(slot);
    const pair: Pair = leftRole === rightRole && left !== "" && right !== "" ? [left, right] : [tensor, slot];
    layers.set(plainRule(pair), pair);
  }
  return [...layers.values()];
}

/** A name without its numbers, and the numbers. */
interface Skeleton {
  readonly words: readonly string[];
  readonly numbers: readonly number[];
}

const skeletonOf = (name: string): Skeleton => ({
  words: name.split(/[0-9]+/),
  numbers: (name.match(/[0-9]+/g) ?? []).map(Number),
});

interface Numbered {
  readonly left: Skeleton;
  readonly right: Skeleton;
}

/** Rules for all pairs: pairs that differ only in numbers share one if each number on the right follows from one on the left. */
function generalise(pairs: readonly Pair[]): string {
  const groups = new Map<string, Numbered[]>();
  for (const [tensor, slot] of pairs) {
    const numbered = { left: skeletonOf(tensor), right: skeletonOf(slot) };
    const key = JSON.stringify([numbered.left.words, numbered.right.words]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [numbered]);
    else group.push(numbered);
  }
  return [...groups.values()].flatMap(rulesFor).join("\n");
}

/** How a number on the right follows from one on the left. */
interface Link {
  readonly from: number;
  readonly add: number;
}

/** The rule of a group whose numbers all follow from each other, otherwise those of the parts of its best split. */
function rulesFor(group: readonly Numbered[]): readonly string[] {
  const rule = oneRule(group);
  if (rule !== undefined) return [rule];
  const [first] = group;
  const splits = (["left", "right"] as const).flatMap((side) =>
    (first?.[side].numbers ?? []).slice(0, mostNumbers).map((_, at) => split(group, side, at)),
  );
  // A part without a rule may need as many rules as it has pairs.
  const cost = (parts: readonly (readonly Numbered[])[]): number =>
    parts.reduce((sum, part) => sum + (oneRule(part) === undefined ? part.length : 1), 0);
  const useful = splits.filter((parts) => parts.length > 1).map((parts) => ({ parts, cost: cost(parts) }));
  const [best] = useful.sort((a, b) => a.cost - b.cost || a.parts.length - b.parts.length);
  // Pairs with equal numbers are equal pairs: none are left here.
  return best === undefined ? [] : best.parts.flatMap(rulesFor);
}

/** Maximum number of numbers in a name; each is tried. */
const mostNumbers = 8;

function oneRule(group: readonly Numbered[]): string | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const isConstant = (side: "left" | "right", at: number): boolean =>
    group.every((each) => each[side].numbers[at] === first[side].numbers[at]);
  const links = first.right.numbers.map((_, at) => (isConstant("right", at) ? undefined : findLink(group, at)));
  if (links.some((link, at) => link === undefined && !isConstant("right", at))) return undefined;
  const used = new Set(links.flatMap((link) => (link === undefined ? [] : [link.from])));
  // A number that varies but determines nothing: several tensors would get one name.
  if (first.left.numbers.some((_, at) => !used.has(at) && !isConstant("left", at))) return undefined;
  const names = [...used].sort((a, b) => a - b);
  const hole = (from: number, add: number): string => {
    const letter = String.fromCharCode(97 + names.indexOf(from));
    return `{${letter}${add === 0 ? "" : add > 0 ? `+${add}` : add}}`;
  };
  const left = spell(first.left, (at) => (used.has(at) ? hole(at, 0) : undefined));
  const right = spell(first.right, (at) => {
    const link = links[at];
    return link === undefined ? undefined : hole(link.from, link.add);
  });
  return `${left} -> ${right}`;
}

function findLink(group: readonly Numbered[], at: number): Link | undefined {
  const [first] = group;
  const value = first?.right.numbers[at] ?? 0;
  const links = (first?.left.numbers ?? []).map((number, from): Link => ({ from, add: value - number }));
  const fitting = links.filter(({ from, add }) =>
    group.every(({ left, right }) => (left.numbers[from] ?? 0) + add === right.numbers[at]),
  );
  // Equal numbers are the most likely match.
  return fitting.find(({ add }) => add === 0) ?? fitting[0];
}

/** The group split by the values of a number. */
function split(group: readonly Numbered[], side: "left" | "right", at: number): readonly (readonly Numbered[])[] {
  const parts = new Map<number, Numbered[]>();
  for (const each of group) {
    const value = each[side].numbers[at] ?? 0;
    const part = parts.get(value);
    if (part === undefined) parts.set(value, [each]);
    else part.push(each);
  }
  return [...parts.values()];
}

const spell = ({ words, numbers }: Skeleton, hole: (at: number) => string | undefined): string =>
  words.map((word, i) => word + (i < numbers.length ? (hole(i) ?? `${numbers[i]}`) : "")).join("");
