/** Slots of a step that share one tensor: an engine with a call per tensor needs few of them. */
import { invariant } from "../diagnostics/invariant.js";
import type { ValueId } from "../ir/graph.js";

/** The place of a slot in a tensor of state. */
export interface SlotPlace {
  readonly slot: string;
  readonly offset: number;
  readonly length: number;
  /** Element i of the slot is stored at `offset + order[i]`; at `offset + i` if left out. */
  readonly order?: Int32Array | undefined;
}

export interface PackedState {
  readonly shape: readonly number[];
  readonly slots: readonly SlotPlace[];
}

/** The tensor of state for these slots. */
export function packState({ shape, slots }: PackedState, state: ReadonlyMap<string, Float32Array>): Float32Array {
  const packed = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (const { slot, offset, length, order } of slots) {
    const values = state.get(slot);
    invariant(values?.length === length, `slot ${slot} needs ${length} numbers, not ${values?.length ?? "none"}`);
    if (order === undefined) packed.set(values, offset);
    else for (let i = 0; i < length; i++) packed[offset + (order[i] as number)] = values[i] as number;
  }
  return packed;
}

/** Copies of the slots in a tensor of state. */
export function unpackState(
  { slots }: PackedState,
  packed: Float32Array,
): readonly (readonly [string, Float32Array])[] {
  return slots.map(({ slot, offset, length, order }) => {
    if (order === undefined) return [slot, packed.slice(offset, offset + length)];
    return [slot, Float32Array.from(order, (at) => packed[offset + at] as number)];
  });
}

/** A list of values as a map key. */
export const listKey = (values: readonly ValueId[]): string => values.join(" ");
