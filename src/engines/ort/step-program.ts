import type { DType } from "../../ir/shape.js";
import type { PackedState } from "../../step/packed-state.js";

/** A tensor that goes in or out of the session, under the session's name. */
export interface Port {
  /** The graph's name of it. */
  readonly name: string;
  readonly onnxName: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** One tensor of state: what goes in, and under which name it comes out again (undefined where nothing changes it). */
export interface StatePort extends PackedState {
  readonly input: string;
  readonly output: string | undefined;
}

/** A training step as the bytes of an ONNX model, and how its ports belong to the graph that it was made from. */
export interface StepProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly state: readonly StatePort[];
}
