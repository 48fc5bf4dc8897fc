/** A training step with its state as named inputs and outputs: plain ONNX has no state. */
import { GraphBuilder } from "../../ir/builder.js";
import { copyGraph } from "../../ir/copy-graph.js";
import { type Graph, type GraphInput, type GraphOutput, type Slot, typeOf, type ValueId } from "../../ir/graph.js";
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

/** The step, or one half of it, that becomes a file. */
export interface StepPart {
  readonly graph: Graph;
  /** The other half: a slot that only this one changes is state nevertheless, as an input without an output. */
  readonly other?: Graph | undefined;
}

const changes = (graph: Graph | undefined): ReadonlySet<string> =>
  new Set(graph?.slots.flatMap(({ name, next }) => (next === undefined ? [] : [name])));

/** The slots that change from step to step; the others are constants of the file. */
export function stateOf({ graph, other }: StepPart): readonly Slot[] {
  const elsewhere = changes(other);
  return graph.slots.filter(({ name, next }) => next !== undefined || elsewhere.has(name));
}

const number: TensorType = { dtype: "float32", shape: [] };

/**
 * {@link openState} of a step that contains its initial state. If the input `state.started` is 0, the other state is taken from
 * the file instead of the inputs, so that zeros everywhere begin a training; `next.started` is 1; of two halves, the one that
 * changes all of its state gives it. `slots` contain only initial values that are not zero; constants are not state at all. (ONNX's
 * own way, inputs with default values, does not work in JavaScript, where ONNX Runtime ignores feeds for such inputs, and in Python
 * it prints a warning for each.)
 */
export function selfStarting(part: StepPart, beginsAsZeros: (slot: string) => boolean): Graph {
  const { graph: step, other } = part;
  const builder = new GraphBuilder(step.name);
  const copy = copyGraph(step, builder);
  const flag = freeName([...step.slots, ...(other?.slots ?? [])], "started");
  copy.inputs();
  const started = builder.input({ name: stateInput(flag) }, number);
  const state = stateOf(part);
  const fed = new Map(
    state.map(({ name, value }) => [value, builder.input({ name: stateInput(name) }, typeOf(step, value))] as const),
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
  copy.outputs();
  if (state.every(({ next }) => next !== undefined) && (other === undefined || state.length > 0)) {
    const one = node("constant", "begin.one", [], number, { shape: [], values: [1] });
    builder.output({ name: nextOutput(flag), value: one });
  }
  for (const { name, next } of state) {
    if (next !== undefined) builder.output({ name: nextOutput(name), value: copy.at(next) });
  }
  return builder.finish();
}

/** The name, or a similar one that no slot has. */
function freeName(slots: readonly Slot[], wanted: string): string {
  let name = wanted;
  while (slots.some((slot) => slot.name === name)) name = `${name}_`;
  return name;
}
