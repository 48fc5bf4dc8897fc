import { invariant } from "../diagnostics/invariant.js";
import { GraphBuilder } from "../ir/builder.js";
import { copyGraph, type GraphCopy } from "../ir/copy-graph.js";
import type { Graph } from "../ir/graph.js";

/** The prefix of the network's outputs in the loss: `student.logits`. */
const ofStudent = "student.";

/**
 * The network and its loss as one graph: the loss' inputs `student.X` are the network's outputs X, the others (`data.label`,
 * `teacher.logits`) become further inputs; `loss` is a further output.
 */
export function attachLoss(network: Graph, loss: Graph): Graph {
  const builder = new GraphBuilder(network.name);
  const inNetwork = copyGraph(network, builder);
  const inLoss = copyGraph(loss, builder);
  inNetwork.inputs();
  const given = loss.inputs.filter(({ name }) => !name.startsWith(ofStudent));
  for (const input of given) inLoss.input(input);
  copyInside(network, inNetwork, "");
  for (const { name, value } of loss.inputs) {
    if (!name.startsWith(ofStudent)) continue;
    const output = network.outputs.find((candidate) => candidate.name === name.slice(ofStudent.length));
    invariant(output !== undefined, `the loss reads ${name}, which ${network.name} does not give`);
    inLoss.stand(value, inNetwork.at(output.value));
  }
  copyInside(loss, inLoss, lossPrefix(network));
  inNetwork.outputs();
  inLoss.outputs();
  return builder.finish();
}

/** Slots and nodes, with a prefix on their names. */
function copyInside(graph: Graph, copy: GraphCopy, prefix: string): void {
  for (const slot of graph.slots) {
    invariant(slot.next === undefined, `${graph.name} is a training step already`);
    copy.slot(slot, { name: `${prefix}${slot.name}` });
  }
  for (const node of graph.nodes) copy.node(node, { path: `${prefix}${node.path}` });
}

/** `loss.`, or a longer prefix if the network already uses it. */
function lossPrefix(network: Graph): string {
  const names = [...network.nodes.map(({ path }) => path), ...network.slots.map(({ name }) => name)];
  let prefix = "loss.";
  while (names.some((name) => name.startsWith(prefix))) prefix = `the_${prefix}`;
  return prefix;
}
