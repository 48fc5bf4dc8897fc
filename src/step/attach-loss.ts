import { invariant } from "../diagnostics/invariant.js";
import { GraphBuilder } from "../ir/builder.js";
import { type Graph, typeOf, type ValueId } from "../ir/graph.js";

/** How the loss names what the network gives: `student.logits`. */
const ofStudent = "student.";

/**
 * The network and its loss as one graph: the loss' inputs `student.X` are the network's outputs X, the others
 * (`data.label`, `teacher.logits`) are inputs beside the network's own; `loss` is an output beside the network's.
 */
export function attachLoss(network: Graph, loss: Graph): Graph {
  const builder = new GraphBuilder(network.name);
  const inNetwork = new Map<ValueId, ValueId>();
  const inLoss = new Map<ValueId, ValueId>();
  for (const input of network.inputs) inNetwork.set(input.value, builder.input(input, typeOf(network, input.value)));
  const given = loss.inputs.filter(({ name }) => !name.startsWith(ofStudent));
  for (const input of given) inLoss.set(input.value, builder.input(input, typeOf(loss, input.value)));
  copy(builder, network, inNetwork, "");
  for (const { name, value } of loss.inputs) {
    if (!name.startsWith(ofStudent)) continue;
    const output = network.outputs.find((candidate) => candidate.name === name.slice(ofStudent.length));
    invariant(output !== undefined, `the loss reads ${name}, which ${network.name} does not give`);
    inLoss.set(value, inNetwork.get(output.value) as ValueId);
  }
  copy(builder, loss, inLoss, lossPrefix(network));
  for (const output of network.outputs) {
    builder.output({ ...output, value: inNetwork.get(output.value) as ValueId });
  }
  for (const output of loss.outputs) builder.output({ ...output, value: inLoss.get(output.value) as ValueId });
  return builder.finish();
}

/** Slots and nodes, with a prefix to their names; the inputs are there already. */
function copy(builder: GraphBuilder, graph: Graph, moved: Map<ValueId, ValueId>, prefix: string): void {
  for (const slot of graph.slots) {
    invariant(slot.next === undefined, `${graph.name} is a training step already`);
    moved.set(slot.value, builder.slot({ ...slot, name: `${prefix}${slot.name}` }, typeOf(graph, slot.value)));
  }
  for (const node of graph.nodes) {
    const outputs = builder.node(
      {
        ...node,
        path: `${prefix}${node.path}`,
        inputs: node.inputs.map((value) => moved.get(value) as ValueId),
      },
      node.outputs.map((value) => typeOf(graph, value)),
    );
    for (const [i, value] of node.outputs.entries()) moved.set(value, outputs[i] as ValueId);
  }
}

/** `loss.`, or a longer one where the network itself has something of that name. */
function lossPrefix(network: Graph): string {
  const names = [...network.nodes.map(({ path }) => path), ...network.slots.map(({ name }) => name)];
  let prefix = "loss.";
  while (names.some((name) => name.startsWith(prefix))) prefix = `the_${prefix}`;
  return prefix;
}
