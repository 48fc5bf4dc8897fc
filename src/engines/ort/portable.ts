/** The step in plain ONNX ops, by the ops' own lowerings: any provider runs it. */
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import { bindShape } from "../../ir/shape.js";
import { emitOnnx } from "../../targets/onnx/emit.js";
import { defaultOpset } from "../../targets/onnx/opsets.js";
import { nextOutput, openState, stateInput } from "../../targets/onnx-train/open-state.js";
import { version } from "../../version.js";
import type { Port, StatePort, StepProgram } from "./step-program.js";

/** State is both input and output: `state.conv.weight` is read, `next.conv.weight` is written. */
export function portableProgram(step: Graph, opset: number = defaultOpset): StepProgram {
  const sizes = (value: ValueId): readonly number[] => bindShape(typeOf(step, value).shape, 1);
  const state = step.slots.map(({ name, value, next }): StatePort => {
    const shape = sizes(value);
    const length = shape.reduce((product, size) => product * size, 1);
    const output = next === undefined ? undefined : nextOutput(name);
    return { input: stateInput(name), output, shape, slots: [{ slot: name, offset: 0, length }] };
  });
  const port = ({ name, value }: { readonly name: string; readonly value: ValueId }): Port => ({
    name,
    onnxName: name,
    shape: sizes(value),
    dtype: typeOf(step, value).dtype,
  });
  return {
    bytes: emitOnnx({ graph: openState(step), weights: new Map() }, { opset, producerVersion: version }),
    inputs: step.inputs.map(port),
    outputs: step.outputs.map(port),
    state,
  };
}
