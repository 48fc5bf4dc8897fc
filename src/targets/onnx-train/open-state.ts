/** A training step whose state goes in and comes out by name: what plain ONNX, which has no state, can say. */
import type { Graph, GraphInput, GraphOutput } from "../../ir/graph.js";

/** The input that holds a slot before the step: `state.conv1.weight`. */
export const stateInput = (slot: string): string => `state.${slot}`;
/** The output that holds it after the step: `next.conv1.weight`; a slot that never changes has none. */
export const nextOutput = (slot: string): string => `next.${slot}`;

/** The step with its slots as inputs and their next values as outputs, behind the step's own. */
export function openState(step: Graph): Graph {
  const given = step.slots.map(({ name, value }): GraphInput => ({ name: stateInput(name), value }));
  const nexts = step.slots.flatMap(({ name, next }): readonly GraphOutput[] =>
    next === undefined ? [] : [{ name: nextOutput(name), value: next }],
  );
  return { ...step, inputs: [...step.inputs, ...given], slots: [], outputs: [...step.outputs, ...nexts] };
}
