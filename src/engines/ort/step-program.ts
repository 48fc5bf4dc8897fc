import type { DType } from "../../ir/shape.js";
import type { PackedState } from "../../step/packed-state.js";

/** An input or output tensor of the session, by the session's name. */
export interface Port {
  /** Its name in the graph. */
  readonly name: string;
  readonly onnxName: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A tensor of state: its input, and the name of the output with its next value (undefined if nothing changes it). */
export interface StatePort extends PackedState {
  readonly input: string;
  readonly output: string | undefined;
}

/** A training step as the bytes of an ONNX model, and how its ports map to the graph. */
export interface StepProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly state: readonly StatePort[];
}
