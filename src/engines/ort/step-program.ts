import { invariant } from "../../diagnostics/invariant.js";
import type { DType } from "../../ir/shape.js";
import type { Values } from "../engine.js";

/** A tensor that goes in or out of the session, under the session's name. */
export interface Port {
  /** The graph's name of it. */
  readonly name: string;
  readonly onnxName: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Where a slot lies in a tensor of state. */
export interface SlotPlace {
  readonly slot: string;
  readonly offset: number;
  readonly length: number;
  /** Element i of the slot is stored at `offset + order[i]`; as it is when left out. */
  readonly order?: Int32Array | undefined;
}

/** One tensor of state: what goes in, and under which name it comes out again (undefined where nothing changes it). */
export interface StatePort {
  readonly input: string;
  readonly output: string | undefined;
  readonly shape: readonly number[];
  readonly slots: readonly SlotPlace[];
}

/** A training step as the bytes of an ONNX model, and how its ports belong to the graph that it was made from. */
export interface StepProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly state: readonly StatePort[];
}

/** The tensor of state that holds these slots. */
export function packState(port: StatePort, state: ReadonlyMap<string, Values>): Values {
  const packed = new Float32Array(port.shape.reduce((product, size) => product * size, 1));
  for (const { slot, offset, length, order } of port.slots) {
    const values = state.get(slot);
    invariant(values?.length === length, `slot ${slot} needs ${length} numbers, not ${values?.length ?? "none"}`);
    if (order === undefined) packed.set(values, offset);
    else for (let i = 0; i < length; i++) packed[offset + (order[i] as number)] = values[i] as number;
  }
  return packed;
}

/** The slots that a tensor of state holds, copied. */
export function unpackState(port: StatePort, packed: Values): readonly (readonly [string, Values])[] {
  return port.slots.map(({ slot, offset, length, order }) => {
    if (order === undefined) return [slot, packed.slice(offset, offset + length)];
    return [slot, Float32Array.from(order, (at) => packed[offset + at] as number)];
  });
}
