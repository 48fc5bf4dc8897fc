/** The state of a step besides the network's own slots, and the input of its learning rate. */
import { GraphBuilder } from "../ir/builder.js";
import { copyGraph } from "../ir/copy-graph.js";
import { type Graph, type Slot, typeOf, type ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";

/** The input with the step's learning rate, a scalar. */
export const learningRateInput = "learning_rate";

/** Prefix of the slots with the moving averages of parameters: `average.stem.conv.weight`. */
export const averagePrefix = "average.";
/** The slot that is 0 until averaging has begun. */
export const averageStarted = "average_started";
/** Prefix of the slots that accumulate gradients until an update, and the slot that counts them. */
export const accumulatedPrefix = "accumulated.";
export const accumulatedSteps = "accumulated_steps";

export interface Remembered {
  /** Per parameter, by prefix: `velocity` makes `velocity.PARAMETER`. */
  readonly memories: readonly string[];
  /** Scalars. */
  readonly counters: readonly string[];
  readonly accumulates: boolean;
  readonly averages: boolean;
}

/** A graph with the slots of a step and renumbered values. */
export interface StepState {
  readonly graph: Graph;
  readonly rate: ValueId;
  /** The new number of a value. */
  readonly at: (value: ValueId) => ValueId;
  /** A slot by its name. */
  readonly slot: (name: string) => ValueId | undefined;
}

/** The graph with an input for the learning rate and slots for the state of these parameters; all begin as 0. */
export function withStepState(graph: Graph, parameters: readonly Slot[], remembered: Remembered): StepState {
  const builder = new GraphBuilder(graph.name);
  const copy = copyGraph(graph, builder);
  copy.inputs();
  const number: TensorType = { dtype: "float32", shape: [] };
  const rate = builder.input({ name: learningRateInput }, number);
  const named = new Map<string, ValueId>();
  const slot = (made: Omit<Slot, "value">, type: TensorType): void => {
    named.set(made.name, builder.slot(made, type));
  };
  for (const own of graph.slots) named.set(own.name, copy.slot(own));
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
  copy.nodes();
  copy.outputs();
  return { graph: copy.finish(), rate, at: copy.at, slot: (name) => named.get(name) };
}
