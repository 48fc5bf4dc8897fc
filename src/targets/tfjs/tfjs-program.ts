/** A training step as kernels of TensorFlow.js over numbered registers: what is compiled once and run many times. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { Call, Constant, TfjsPort } from "../../ops/tfjs/calls.js";
import type { Layout } from "../../ops/tfjs/layout.js";
import type { PackedState, SlotPlace } from "../../step/packed-state.js";

/** Where a slot lies, with its sizes in the graph and how its axes are stored. */
export interface TfjsSlot extends SlotPlace {
  readonly sizes: readonly number[];
  readonly layout: Layout;
}

/** One tensor of state: read from `register`, and after the step what is in `next` (itself where nothing changes it). */
export interface TfjsState extends PackedState {
  readonly slots: readonly TfjsSlot[];
  readonly register: Register;
  readonly next: Register;
}

export interface TfjsProgram {
  readonly calls: readonly Call[];
  /** For each call, the registers that nobody reads after it. */
  readonly releases: readonly (readonly Register[])[];
  readonly registers: number;
  readonly constants: readonly Constant[];
  readonly inputs: readonly TfjsPort[];
  readonly outputs: readonly TfjsPort[];
  readonly state: readonly TfjsState[];
}

type ProgramParts = Omit<TfjsProgram, "releases">;

/** Drops the calls that nothing depends on, and says after which call each register is free. */
export function finishProgram(parts: ProgramParts): TfjsProgram {
  const kept = new Set([...parts.outputs.map(({ register }) => register), ...parts.state.map(({ next }) => next)]);
  const read = new Set(kept);
  const calls: Call[] = [];
  for (const call of parts.calls.toReversed()) {
    if (!call.outputs.some((register) => read.has(register))) continue;
    for (const register of call.inputs) read.add(register);
    calls.push(call);
  }
  calls.reverse();
  const constants = parts.constants.filter(({ register }) => read.has(register));
  const lasting = new Set([
    ...kept,
    ...constants.map((held) => held.register),
    ...parts.state.map((held) => held.register),
  ]);
  const last = new Map<Register, number>();
  for (const [i, { inputs, outputs }] of calls.entries()) {
    for (const register of [...inputs, ...outputs]) if (!lasting.has(register)) last.set(register, i);
  }
  const releases: Register[][] = calls.map(() => []);
  for (const [register, i] of last) releases[i]?.push(register);
  return { ...parts, calls, constants, releases };
}
