/**
 * Pairs the tensors of a file with the weights of a model by structure. A module's tensors are a branch of the file's names, and an
 * unbroken range of the model's weights, which are in the order in which layers are applied. The order of a module's parts is not
 * known (safetensors files are sorted by name, and each library creates its branches in its own order), but each part must fit the
 * range that it gets: the same kinds of tensors in the same shapes. Of several that fit, members of a family come in the order of
 * their numbers, and names that resemble the weights' first.
 */
import { likeness, wordsInCommon, wordsOf } from "./likeness.js";
import { type Branch, compareNaturally, familyOf, kindsOf, type NamedShape, roles, shapeTree } from "./shape-tree.js";

/** The place of a weight in the list for each tensor's place; undefined if kinds and shapes differ, or no order fits. */
export function pairTensors(
  tensors: readonly NamedShape[],
  weights: readonly NamedShape[],
): readonly number[] | undefined {
  if (tensors.length !== weights.length || tensors.length === 0) return undefined;
  const isSorted = tensors.every(({ name }, i) => i === 0 || (tensors[i - 1]?.name ?? "") < name);
  const byStructure = pairByStructure(tensors, weights, isSorted);
  if (isSorted || !isAligned(tensors, weights)) return byStructure;
  // An order that is not the alphabet's is that of the layers, unless the names say that branches are exchanged.
  const asListed = tensors.map((_, i) => i);
  const likenessOf = (places: readonly number[]): number =>
    places.reduce((sum, to, i) => sum + likeness(wordsOf(tensors[i]?.name ?? ""), wordsOf(weights[to]?.name ?? "")), 0);
  return byStructure !== undefined && likenessOf(byStructure) > likenessOf(asListed) + rounding
    ? byStructure
    : asListed;
}

/** Sums of some thousand shares differ by less if they are equal. */
const rounding = 1e-6;

function pairByStructure(tensors: readonly NamedShape[], weights: readonly NamedShape[], isSorted: boolean) {
  const order = tensors.map((_, i) => i);
  if (isSorted) order.sort((a, b) => compareNaturally(tensors[a]?.name ?? "", tensors[b]?.name ?? ""));
  const ordered = order.flatMap((i) => tensors[i] ?? []);
  // Without roles nothing but the order distinguishes a norm's weight from its bias.
  for (const byRole of isSorted ? [true] : [true, false]) {
    const kindOf = kindsOf(byRole);
    const kinds = ordered.map(kindOf);
    const found = new Pairing(shapeTree(ordered, kinds), kinds, weights, weights.map(kindOf)).result();
    if (found === undefined || !found.every((to, i) => areAlike(ordered[i], weights[to]))) continue;
    const places: number[] = [];
    for (const [i, from] of order.entries()) places[from] = found[i] ?? 0;
    return places;
  }
  return undefined;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** Whether the two may be one tensor: of one shape, and not, say, a weight and a bias. */
function areAlike(tensor: NamedShape | undefined, weight: NamedShape | undefined): boolean {
  const [role, other] = [lastPart(tensor?.name ?? ""), lastPart(weight?.name ?? "")];
  return tensor?.shape.join() === weight?.shape.join() && (role === other || !(roles.has(role) && roles.has(other)));
}

const isAligned = (tensors: readonly NamedShape[], weights: readonly NamedShape[]): boolean =>
  tensors.every((tensor, i) => areAlike(tensor, weights[i]));

/** How a module's parts may lie in its range. */
interface Liberty {
  /** A part's range may have a part of a scope of the model and also something beyond that scope. */
  readonly cuts: boolean;
  /** Members of a family may be in another order than that of their numbers. */
  readonly anyOrder: boolean;
  /** What the parts are: those of the names; what is in those that fit no range; or single tensors. */
  readonly parts: "own" | "dissolved" | "tensors";
}

/** Tried in this order for each module; the last one only if a network cannot be placed without it. */
const liberties: readonly Liberty[] = [
  { cuts: false, anyOrder: false, parts: "own" },
  { cuts: false, anyOrder: true, parts: "dissolved" },
  { cuts: true, anyOrder: false, parts: "own" },
  { cuts: true, anyOrder: true, parts: "dissolved" },
  { cuts: true, anyOrder: true, parts: "tensors" },
];

/** Some thousand layers need some hundred thousand; a hostile file must not take longer. */
const maxSteps = 2_000_000;

class Pairing {
  readonly #root: Branch;
  readonly #kinds: readonly number[];
  readonly #weights: readonly number[];
  /** Sums of the weights' kinds before each place: a range's content is a difference. */
  readonly #sums: readonly number[];
  readonly #parts: readonly (readonly string[])[];
  readonly #found: number[] = [];
  readonly #failed = new Set<number>();
  #steps = 0;

  constructor(root: Branch, kinds: readonly number[], weights: readonly NamedShape[], weightKinds: readonly number[]) {
    this.#root = root;
    this.#kinds = kinds;
    this.#weights = weightKinds;
    let sum = 0;
    this.#sums = [0, ...weightKinds.map((kind) => (sum += kind))];
    this.#parts = weights.map(({ name }) => name.split("."));
  }

  result(): readonly number[] | undefined {
    if (!this.#fits(this.#root, 0)) return undefined;
    for (let most = 1; most <= liberties.length; most++) {
      this.#failed.clear();
      if (this.#place(this.#root, 0, liberties.slice(0, most))) return this.#found;
    }
    return undefined;
  }

  #fits({ size, content }: Branch, at: number): boolean {
    this.#steps++;
    return (this.#sums[at + size] ?? -1) - (this.#sums[at] ?? 0) === content;
  }

  /** Whether the branch can be the range from `at`; if so, its tensors' places are noted. */
  #place(branch: Branch, at: number, ways: readonly Liberty[]): boolean {
    const { tensor, id } = branch;
    if (tensor !== undefined) {
      this.#found[tensor] = at;
      return this.#kinds[tensor] === this.#weights[at];
    }
    const key = id * (this.#weights.length + 1) + at;
    if (this.#steps > maxSteps || this.#failed.has(key)) return false;
    for (const how of ways) if (this.#arrange(branch, at, how, ways)) return true;
    this.#failed.add(key);
    return false;
  }

  #partsOf(whole: Branch, at: number, parts: Liberty["parts"]): readonly Branch[] {
    if (parts === "own") return whole.branches;
    return parts === "tensors" ? leavesOf(whole) : this.#dissolved(whole, at);
  }

  /** The parts, and in place of those that fit no range of the whole their own parts. */
  #dissolved(whole: Branch, at: number): readonly Branch[] {
    const last = at + whole.size;
    const isPossible = (part: Branch): boolean => {
      for (let i = at; i + part.size <= last && this.#steps <= maxSteps; i++) if (this.#fits(part, i)) return true;
      return false;
    };
    const open = (part: Branch): readonly Branch[] =>
      part.tensor !== undefined || isPossible(part)
        ? [part]
        : part.branches.flatMap((inner) => open({ ...inner, name: `${part.name}.${inner.name}` }));
    return whole.branches.flatMap(open);
  }

  /** Puts the parts one after another into the range of the whole, with a second try wherever several fit. */
  #arrange(whole: Branch, from: number, how: Liberty, ways: readonly Liberty[]): boolean {
    const shared = sharedParts(this.#parts, from, from + whole.size - 1);
    const rest = new Set(this.#partsOf(whole, from, how.parts));
    /** Of each place: the part that is there, and others to try. */
    const tried: { readonly at: number; readonly part: Branch; readonly others: Branch[] }[] = [];
    let at = from;
    let waiting = this.#candidates(rest, at, shared, how);
    while (rest.size > 0) {
      let placed: Branch | undefined;
      while (placed === undefined && waiting.length > 0 && this.#steps <= maxSteps) {
        const next = waiting.shift() as Branch;
        if (this.#place(next, at, ways)) placed = next;
      }
      if (placed !== undefined) {
        tried.push({ at, part: placed, others: waiting });
        rest.delete(placed);
        at += placed.size;
        waiting = this.#candidates(rest, at, shared, how);
        continue;
      }
      const back = tried.pop();
      if (back === undefined || this.#steps > maxSteps) return false;
      rest.add(back.part);
      at = back.at;
      waiting = back.others;
    }
    return true;
  }

  /** The parts that fit at this place, the best first. */
  #candidates(rest: ReadonlySet<Branch>, at: number, shared: number, how: Liberty): Branch[] {
    const families = new Map<string, Branch>();
    const fitting: Branch[] = [];
    for (const part of rest) {
      const family = familyOf(part.name);
      const first = families.get(family);
      // Members of a family: the one with the smallest number comes first.
      const isNext = first === undefined || compareNaturally(part.name, first.name) < 0;
      if (isNext) families.set(family, part);
      if (this.#fits(part, at)) fitting.push(part);
    }
    const isFirst = (part: Branch): boolean => families.get(familyOf(part.name)) === part;
    const words = wordsOf((this.#parts[at] ?? []).slice(shared).join("."));
    const ranked = fitting
      .filter((part) => how.anyOrder || isFirst(part))
      .filter((part) => how.cuts || !this.#cuts(at, at + part.size))
      .map((part) => {
        const own = wordsOf(part.name);
        const rank = (isFirst(part) ? 2 : 0) + likeness(own, words);
        return { part, rank, common: wordsInCommon(own, words) };
      });
    return ranked.sort((a, b) => b.rank - a.rank || b.common - a.common).map(({ part }) => part);
  }

  /** Whether the range has a part of a scope of the model, and also something beyond that scope. */
  #cuts(from: number, to: number): boolean {
    const inside = sharedParts(this.#parts, from, to - 1);
    return sharedParts(this.#parts, from - 1, from) > inside || sharedParts(this.#parts, to - 1, to) > inside;
  }
}

/** How many parts two names begin with alike; 0 beyond the list. */
function sharedParts(names: readonly (readonly string[])[], from: number, to: number): number {
  const [first, last] = [names[from] ?? [], names[to] ?? []];
  let shared = 0;
  while (shared < first.length - 1 && first[shared] === last[shared]) shared++;
  return shared;
}

/** The tensors of a branch, each with its name from there. */
const leavesOf = (branch: Branch): readonly Branch[] =>
  branch.tensor !== undefined
    ? [branch]
    : branch.branches.flatMap((inner) =>
        leavesOf(inner).map((leaf) => (leaf === inner ? leaf : { ...leaf, name: `${inner.name}.${leaf.name}` })),
      );
