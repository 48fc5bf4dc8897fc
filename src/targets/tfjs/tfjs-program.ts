/** A training step as TensorFlow.js kernels over numbered registers: compiled once, run many times. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { Call, Constant, TfjsPort } from "../../ops/tfjs/calls.js";
import type { Layout } from "../../ops/tfjs/layout.js";
import type { PackedState, SlotPlace } from "../../step/packed-state.js";

/** The place of a slot, its sizes in the graph, and the stored order of its axes. */
export interface TfjsSlot extends SlotPlace {
  readonly sizes: readonly number[];
  readonly layout: Layout;
}

/** A tensor of state: read from `register`; after the step its value is in `next` (the same register if nothing changes it). */
export interface TfjsState extends PackedState {
  readonly slots: readonly TfjsSlot[];
  readonly register: Register;
  readonly next: Register;
}

export interface TfjsProgram {
  readonly calls: readonly Call[];
  /** For each call, the registers that are not read after it. */
  readonly releases: readonly (readonly Register[])[];
  readonly registers: number;
  readonly constants: readonly Constant[];
  readonly inputs: readonly TfjsPort[];
  readonly outputs: readonly TfjsPort[];
  readonly state: readonly TfjsState[];
}

type ProgramParts = Omit<TfjsProgram, "releases">;

/** Removes unused calls, and determines after which call each register can be released. */
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
