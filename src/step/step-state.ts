/** What a step remembers beside the network's own slots, and the input of its learning rate. */
import { GraphBuilder } from "../ir/builder.js";
import { type Graph, type Slot, typeOf, type ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";

/** The input that holds the step's learning rate, a number. */
export const learningRateInput = "learning_rate";

/** Prefix of the slots with the moving averages of parameters: `average.stem.conv.weight`. */
export const averagePrefix = "average.";
/** The slot that is 0 until the averages have begun. */
export const averageStarted = "average_started";
/** Prefix of the slots that sum gradients until there are enough for an update, and the slot that counts them. */
export const accumulatedPrefix = "accumulated.";
export const accumulatedSteps = "accumulated_steps";

export interface Remembered {
  /** Of each parameter, by prefix: `velocity` makes `velocity.PARAMETER`. */
  readonly memories: readonly string[];
  /** Single numbers. */
  readonly counters: readonly string[];
  readonly accumulates: boolean;
  readonly averages: boolean;
}

/** A graph with the slots of a step, its values numbered anew. */
export interface StepState {
  readonly graph: Graph;
  readonly rate: ValueId;
  /** The value under its new number. */
  readonly at: (value: ValueId) => ValueId;
  /** A slot by its name. */
  readonly slot: (name: string) => ValueId | undefined;
}

/** The graph with an input for the learning rate and slots for what is remembered of these parameters; all begin as 0. */
export function withStepState(graph: Graph, parameters: readonly Slot[], remembered: Remembered): StepState {
  const builder = new GraphBuilder(graph.name);
  const moved = new Map<ValueId, ValueId>();
  const at = (value: ValueId): ValueId => moved.get(value) as ValueId;
  for (const input of graph.inputs) moved.set(input.value, builder.input(input, typeOf(graph, input.value)));
  const number: TensorType = { dtype: "float32", shape: [] };
  const rate = builder.input({ name: learningRateInput }, number);
  const named = new Map<string, ValueId>();
  const slot = (made: Omit<Slot, "value">, type: TensorType): ValueId => {
    const value = builder.slot(made, type);
    named.set(made.name, value);
    return value;
  };
  for (const own of graph.slots) moved.set(own.value, slot(own, typeOf(graph, own.value)));
  const begun = { role: "optimizer", initializer: { kind: "constant", value: 0 } } as const;
  const prefixes = [
    ...remembered.memories.map((name) => `${name}.`),
    ...(remembered.accumulates ? [accumulatedPrefix] : []),
    ...(remembered.averages ? [averagePrefix] : []),
  ];
  for (const prefix of prefixes) {
    for (const { name, value, span } of parameters) {
      slot({ ...begun, name: `${prefix}${name}`, span }, typeOf(graph, value));
    }
  }
  const counters = [
    ...remembered.counters,
    ...(remembered.accumulates ? [accumulatedSteps] : []),
    ...(remembered.averages ? [averageStarted] : []),
  ];
  for (const name of counters) slot({ ...begun, name }, number);
  for (const node of graph.nodes) {
    const types = node.outputs.map((value) => typeOf(graph, value));
    const outputs = builder.node({ ...node, inputs: node.inputs.map(at) }, types);
    for (const [i, value] of node.outputs.entries()) moved.set(value, outputs[i] as ValueId);
  }
  for (const output of graph.outputs) builder.output({ ...output, value: at(output.value) });
  const made = builder.finish();
  const slots = made.slots.map((own) => (own.next === undefined ? own : { ...own, next: at(own.next) }));
  return { graph: { ...made, slots }, rate, at, slot: (name) => named.get(name) };
}
