/** Model, loss and optimiser as one graph: batch, target, learning rate and state in; loss, outputs and new state out. */
import { differentiate } from "../autodiff/differentiate.js";
import { AppendingBuilder } from "../autodiff/gradient-builder.js";
import { trainingForm } from "../autodiff/training-form.js";
import { invariant } from "../diagnostics/invariant.js";
import { GraphBuilder } from "../ir/builder.js";
import { type Graph, type Slot, typeOf, type ValueId } from "../ir/graph.js";
import { bindBatch } from "../ops/bind-batch.js";
import { attachLoss } from "./attach-loss.js";
import { type SgdOptions, sgdUpdate } from "./sgd.js";

export interface TrainingStepSource {
  /** The network in its training shape (outputs `in training` are there), the batch not bound. */
  readonly network: Graph;
  /** Over `student.X` and other inputs, with the single output `loss`, a number. */
  readonly loss: Graph;
  readonly batch: number;
  readonly optimizer: SgdOptions;
}

/** The input that holds the step's learning rate, a number. */
export const learningRateInput = "learning_rate";

/** Prefix of the slots in which an optimiser remembers: `velocity.stem.conv.weight`. */
export const velocityPrefix = "velocity.";

/** The training step: every parameter, statistic and velocity has its `next`. */
export function trainingStep({ network, loss, batch, optimizer }: TrainingStepSource): Graph {
  const forward = withOptimizerState(trainingForm(bindBatch(attachLoss(network, loss), batch)), optimizer);
  const lossValue = forward.outputs.find(({ name }) => name === "loss")?.value;
  const rate = forward.inputs.find(({ name }) => name === learningRateInput)?.value;
  invariant(lossValue !== undefined && rate !== undefined, `${loss.name} has no output "loss"`);
  const parameters = forward.slots.filter(({ role }) => role === "parameter");
  const { graph, gradients } = differentiate(
    forward,
    lossValue,
    parameters.map(({ value }) => value),
  );
  const builder = new AppendingBuilder(graph);
  const slotNamed = new Map(graph.slots.map((slot) => [slot.name, slot]));
  const next = new Map<ValueId, ValueId>();
  for (const [i, { name, value: parameter }] of parameters.entries()) {
    const velocity = slotNamed.get(`${velocityPrefix}${name}`)?.value;
    builder.enter(`next.${name}`);
    const values = { parameter, gradient: gradients[i] as ValueId, velocity, rate };
    const updated = sgdUpdate(builder, values, optimizer);
    next.set(parameter, updated.parameter);
    if (velocity !== undefined && updated.velocity !== undefined) next.set(velocity, updated.velocity);
  }
  const slots = graph.slots.map((slot): Slot => ({ ...slot, next: next.get(slot.value) ?? slot.next }));
  return { ...graph, slots, nodes: [...graph.nodes, ...builder.nodesMade], types: builder.types };
}

/** The graph with an input for the learning rate and, where there is momentum, a velocity for each parameter. */
function withOptimizerState(graph: Graph, { momentum }: SgdOptions): Graph {
  const builder = new GraphBuilder(graph.name);
  const moved = new Map<ValueId, ValueId>();
  const at = (value: ValueId): ValueId => moved.get(value) as ValueId;
  for (const input of graph.inputs) moved.set(input.value, builder.input(input, typeOf(graph, input.value)));
  builder.input({ name: learningRateInput }, { dtype: "float32", shape: [] });
  for (const slot of graph.slots) moved.set(slot.value, builder.slot(slot, typeOf(graph, slot.value)));
  for (const { name, role, value, span } of momentum === 0 ? [] : graph.slots) {
    if (role !== "parameter") continue;
    const initializer = { kind: "constant", value: 0 } as const;
    const velocity = { name: `${velocityPrefix}${name}`, role: "optimizer", initializer, span } as const;
    builder.slot(velocity, typeOf(graph, value));
  }
  for (const node of graph.nodes) {
    const types = node.outputs.map((value) => typeOf(graph, value));
    const outputs = builder.node({ ...node, inputs: node.inputs.map(at) }, types);
    for (const [i, value] of node.outputs.entries()) moved.set(value, outputs[i] as ValueId);
  }
  for (const output of graph.outputs) builder.output({ ...output, value: at(output.value) });
  const made = builder.finish();
  const slots = made.slots.map((slot) => (slot.next === undefined ? slot : { ...slot, next: at(slot.next) }));
  return { ...made, slots };
}
