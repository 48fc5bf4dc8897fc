import { findNames, nameTree } from "./name-tree.js";
import type { NameMap, NameRule } from "./parse-map.js";
import { matchPattern, type Pattern } from "./pattern.js";

/** Two names that the map makes equal, or one that it maps to several. */
export type MapConflict =
  | { readonly kind: "clash"; readonly slot: string; readonly tensors: readonly [string, string] }
  | { readonly kind: "ambiguous"; readonly tensor: string; readonly slots: readonly string[]; readonly line: number };

export interface MappedNames {
  /** From tensors of the file to slots of the model. */
  readonly slotOf: ReadonlyMap<string, string>;
  /** Tensors of the file that the map drops. */
  readonly dropped: ReadonlySet<string>;
  /** Slots of the model that the map reinitialises. */
  readonly fresh: ReadonlySet<string>;
  readonly conflicts: readonly MapConflict[];
}

/** The text of a pattern without placeholders. */
function plainText(pattern: Pattern): string | undefined {
  const pieces = pattern.map((part) => part.map((piece) => (piece.kind === "text" ? piece.text : undefined)));
  return pieces.flat().includes(undefined) ? undefined : pieces.map((part) => part.join("")).join(".");
}

/**
 * Finds the rules whose left side may match a tensor's name, in order. A map may have one per layer: plain-text rules are
 * looked up, others are returned for every name.
 */
function ruleFinder({ rules }: NameMap): (parts: readonly string[]) => readonly NameRule[] {
  const plain = new Map<string, NameRule[]>();
  const patterns: NameRule[] = [];
  const places = new Map(rules.map((rule, i) => [rule, i] as const));
  let longest = 0;
  for (const rule of rules) {
    if (rule.left === undefined) continue;
    const text = plainText(rule.left);
    if (text === undefined) {
      patterns.push(rule);
      continue;
    }
    longest = Math.max(longest, rule.left.length);
    const same = plain.get(text);
    if (same === undefined) plain.set(text, [rule]);
    else same.push(rule);
  }
  return (parts) => {
    const found: NameRule[] = [];
    let text = "";
    for (const [i, part] of parts.slice(0, longest).entries()) {
      text = i === 0 ? part : `${text}.${part}`;
      found.push(...(plain.get(text) ?? []));
    }
    if (found.length === 0) return patterns;
    return [...found, ...patterns].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  };
}

/**
 * Matches the names of a file with those of a model. The first rule applies whose left side matches the tensor's name and whose
 * right side is a name of the model; tensors without a rule keep their name, unless another tensor has taken it.
 */
export function applyNameMap(map: NameMap, tensors: Iterable<string>, slots: readonly string[]): MappedNames {
  const tree = nameTree(slots);
  const rulesFor = ruleFinder(map);
  const slotOf = new Map<string, string>();
  const takenBy = new Map<string, string>();
  const dropped = new Set<string>();
  const conflicts: MapConflict[] = [];
  const unnamed: string[] = [];
  const pair = (tensor: string, slot: string): void => {
    const other = takenBy.get(slot);
    if (other !== undefined) conflicts.push({ kind: "clash", slot, tensors: [other, tensor] });
    slotOf.set(tensor, slot);
    takenBy.set(slot, tensor);
  };
  for (const tensor of tensors) {
    const parts = tensor.split(".");
    let isSettled = false;
    for (const { left, right, line } of rulesFor(parts)) {
      const bindings = left === undefined ? undefined : matchPattern(left, parts);
      if (left === undefined || bindings === undefined) continue;
      const found = right === undefined ? [] : findNames(tree, right, parts.slice(left.length), bindings);
      isSettled = right === undefined || found.length > 0;
      if (right === undefined) dropped.add(tensor);
      const [slot] = found;
      if (found.length > 1) conflicts.push({ kind: "ambiguous", tensor, slots: found, line });
      else if (slot !== undefined) pair(tensor, slot);
      if (isSettled) break;
    }
    if (!isSettled) unnamed.push(tensor);
  }
  const known = new Set(slots);
  for (const tensor of unnamed) if (known.has(tensor) && !takenBy.has(tensor)) pair(tensor, tensor);
  return { slotOf, dropped, fresh: freshSlots(map, slots, takenBy), conflicts };
}

function freshSlots(map: NameMap, slots: readonly string[], taken: ReadonlyMap<string, string>): ReadonlySet<string> {
  const patterns = map.rules.flatMap(({ left, right }) => (left === undefined && right !== undefined ? [right] : []));
  return new Set(
    slots.filter((slot) => {
      const parts = slot.split(".");
      return !taken.has(slot) && patterns.some((pattern) => matchPattern(pattern, parts) !== undefined);
    }),
  );
}
