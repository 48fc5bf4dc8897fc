/** A training step with its state as named inputs and outputs: plain ONNX has no state. */
import { GraphBuilder } from "../../ir/builder.js";
import { copyGraph } from "../../ir/copy-graph.js";
import { type Graph, type GraphInput, type GraphOutput, typeOf, type ValueId } from "../../ir/graph.js";
import type { TensorType } from "../../ir/shape.js";

/** The input for a slot before the step: `state.conv1.weight`. */
export const stateInput = (slot: string): string => `state.${slot}`;
/** The output for it after the step: `next.conv1.weight`; a slot that never changes has none. */
export const nextOutput = (slot: string): string => `next.${slot}`;

/** The step with its slots as inputs and their next values as outputs, after the step's own. */
export function openState(step: Graph): Graph {
  const given = step.slots.map(({ name, value }): GraphInput => ({ name: stateInput(name), value }));
  const nexts = step.slots.flatMap(({ name, next }): readonly GraphOutput[] =>
    next === undefined ? [] : [{ name: nextOutput(name), value: next }],
  );
  return { ...step, inputs: [...step.inputs, ...given], slots: [], outputs: [...step.outputs, ...nexts] };
}

const number: TensorType = { dtype: "float32", shape: [] };

/**
 * {@link openState} of a step that contains its initial state. If the input `state.started` is 0, the other state is taken from
 * the file instead of the inputs, so that zeros everywhere begin a training; `next.started` is 1. `slots` contain only initial
 * values that are not zero; constants are not state at all. (ONNX's own way, inputs with default values, does not work in
 * JavaScript, where ONNX Runtime ignores feeds for such inputs, and in Python it prints a warning for each.)
 */
export function selfStarting(step: Graph, beginsAsZeros: (slot: string) => boolean): Graph {
  const builder = new GraphBuilder(step.name);
  const copy = copyGraph(step, builder);
  const flag = freeName(step, "started");
  copy.inputs();
  const started = builder.input({ name: stateInput(flag) }, number);
  const changing = step.slots.filter(({ next }) => next !== undefined);
  const fed = new Map(
    changing.map(({ name, value }) => [value, builder.input({ name: stateInput(name) }, typeOf(step, value))] as const),
  );
  const begins = step.slots.filter(({ name, value }) => !fed.has(value) || !beginsAsZeros(name));
  const first = new Map(
    begins.map(({ next: _, ...slot }) => [slot.value, builder.slot(slot, typeOf(step, slot.value))] as const),
  );
  const node = (op: string, path: string, inputs: readonly ValueId[], type: TensorType, attributes = {}): ValueId =>
    builder.node({ op, attributes, inputs, path }, [type])[0] as ValueId;
  const zero = node("constant", "begin.zero", [], number, { shape: [], values: [0] });
  const isFirst = node("equal", "begin", [started, zero], { dtype: "bool", shape: [] });
  for (const { name, value } of step.slots) {
    const [given, own] = [fed.get(value), first.get(value)];
    const type = typeOf(step, value);
    const both = given !== undefined && own !== undefined;
    copy.stand(value, both ? node("where", `begin.${name}`, [isFirst, own, given], type) : ((given ?? own) as ValueId));
  }
  copy.nodes();
  const one = node("constant", "begin.one", [], number, { shape: [], values: [1] });
  copy.outputs();
  builder.output({ name: nextOutput(flag), value: one });
  for (const { name, next } of changing) builder.output({ name: nextOutput(name), value: copy.at(next as ValueId) });
  return builder.finish();
}

/** The name, or a similar one that no slot has. */
function freeName({ slots }: Graph, wanted: string): string {
  let name = wanted;
  while (slots.some((slot) => slot.name === name)) name = `${name}_`;
  return name;
}
