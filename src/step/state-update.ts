/*
 * Optimisers update every parameter in the same way, element by element, so hundreds of small updates become one over all of them
 * side by side. Slots are stored in one tensor of state if their next values are the same expression (of themselves, of each one's
 * own velocity, gradient or statistics, and of common numbers).
 */
import { type Graph, type Node, type Slot, typeOf, type ValueId } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import type { OpName } from "../ops/registry.js";

/** Elementwise ops that are merged. */
const merged = ["add", "sub", "mul", "div", "sqrt", "neg", "maximum", "minimum"] as const satisfies readonly OpName[];

export type MergedOp = (typeof merged)[number];

const isMerged = (op: string): op is MergedOp => (merged as readonly string[]).includes(op);

/** An expression whose leaves are numbered: `leaf` stands for the k-th of each slot's own tensors. */
type Expression =
  | { readonly kind: "leaf"; readonly index: number }
  | { readonly kind: "number"; readonly value: ValueId }
  | { readonly kind: "op"; readonly op: MergedOp; readonly operands: readonly Expression[] };

/** The next value of one slot as an expression, and the tensors that are its leaves (the slot itself among them). */
interface Update {
  readonly slot: Slot;
  readonly expression: Expression;
  readonly leaves: readonly ValueId[];
  readonly key: string;
}

export interface UpdateGroup {
  readonly slots: readonly Slot[];
  readonly expression: Expression;
  /** For each leaf of the expression, the tensors of the slots, in their order. */
  readonly leaves: readonly (readonly ValueId[])[];
}

export interface StateUpdates {
  readonly groups: readonly UpdateGroup[];
  /** Slots with an update of their own, or none. */
  readonly others: readonly Slot[];
}

const keyOf = (expression: Expression): string => {
  if (expression.kind === "leaf") return `$${expression.index}`;
  if (expression.kind === "number") return `#${expression.value}`;
  return `${expression.op}(${expression.operands.map(keyOf).join(",")})`;
};

function updateOf(
  graph: Graph,
  slot: Slot,
  makers: ReadonlyMap<ValueId, Node>,
  slots: ReadonlySet<ValueId>,
): Update | undefined {
  const { next } = slot;
  if (next === undefined || makers.get(next) === undefined) return undefined;
  const { shape } = typeOf(graph, slot.value);
  const size = elementCount(shape);
  const leaves: ValueId[] = [slot.value];
  const read = (value: ValueId): Expression => {
    const maker = makers.get(value);
    const own = typeOf(graph, value).shape;
    // A scalar is not one of the slot's own tensors, even if the slot has one element.
    const isFull = elementCount(own) === size && (own.length > 0 || shape.length === 0);
    if (!isFull || (size === 1 && maker === undefined && !slots.has(value))) return { kind: "number", value };
    if (maker !== undefined && isMerged(maker.op) && maker.path.startsWith("next.")) {
      return { kind: "op", op: maker.op, operands: maker.inputs.map(read) };
    }
    const known = leaves.indexOf(value);
    return { kind: "leaf", index: known < 0 ? leaves.push(value) - 1 : known };
  };
  const expression = read(next);
  if (expression.kind !== "op") return undefined;
  return { slot, expression, leaves, key: `${slot.role} ${keyOf(expression)}` };
}

/** Slots of this size and more are stored alone: one more node costs them little, and splitting and joining would copy much. */
const aloneFrom = 1 << 15;

/**
 * Finds the slots with the same update. A group keeps the graph's order, except that vectors come first: the gradients of norms are
 * many and small, and few nodes join them. A large slot is a group of its own.
 */
export function groupUpdates(graph: Graph): StateUpdates {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const slots = new Set(graph.slots.map(({ value }) => value));
  const byKey = new Map<string, Update[]>();
  const others: Slot[] = [];
  for (const slot of graph.slots) {
    const update = updateOf(graph, slot, makers, slots);
    if (update === undefined) others.push(slot);
    else {
      const isLarge = elementCount(typeOf(graph, slot.value).shape) >= aloneFrom;
      const key = isLarge ? `${update.key} of ${slot.name}` : update.key;
      byKey.set(key, [...(byKey.get(key) ?? []), update]);
    }
  }
  const rank = ({ slot }: Update): number => typeOf(graph, slot.value).shape.length;
  const groups = [...byKey.values()].map((found): UpdateGroup => {
    const [first] = found as [Update, ...Update[]];
    const updates = found.toSorted((a, b) => rank(a) - rank(b));
    return {
      slots: updates.map(({ slot }) => slot),
      expression: first.expression,
      leaves: first.leaves.map((_, leaf) => updates.map(({ leaves }) => leaves[leaf] as ValueId)),
    };
  });
  return { groups, others };
}

/** The values that merged updates read: these must be lowered for them. */
export function valuesRead({ groups }: StateUpdates): readonly ValueId[] {
  const numbers = (expression: Expression): readonly ValueId[] => {
    if (expression.kind === "number") return [expression.value];
    return expression.kind === "leaf" ? [] : expression.operands.flatMap(numbers);
  };
  return groups.flatMap(({ expression, leaves }) => [...leaves.flat(), ...numbers(expression)]);
}

/** The operations with which an engine writes an update: numbers, tensors of all slots side by side, and elementwise ops on them. */
export interface UpdateWriter<T> {
  readonly number: (value: ValueId) => T;
  readonly flat: (values: readonly ValueId[], slots: readonly Slot[]) => T;
  readonly apply: (op: MergedOp, operands: readonly T[]) => T;
}

/** Writes a group's update over its tensors laid side by side. */
export function writeUpdate<T>({ expression, leaves, slots }: UpdateGroup, writer: UpdateWriter<T>): T {
  const write = (part: Expression): T => {
    if (part.kind === "number") return writer.number(part.value);
    if (part.kind === "leaf") return writer.flat(leaves[part.index] ?? [], slots);
    return writer.apply(part.op, part.operands.map(write));
  };
  return write(expression);
}
