/** The step in the blocked layout of the machine: each op by its lowering there, or by its portable one. */
import { invariant } from "../../../../diagnostics/invariant.js";
import { type Graph, type Node, type Slot, typeOf, type ValueId } from "../../../../ir/graph.js";
import { elementCount } from "../../../../ir/shape.js";
import { findOp } from "../../../../ops/registry.js";
import type { Block } from "../block-probe.js";
import { ModelWriter } from "../model-writer.js";
import type { SlotPlace, StatePort, StepProgram } from "../step-program.js";
import { lowerings } from "./lowerings.js";
import type { RowRequests } from "./row-store.js";
import { BlockedSite } from "./site.js";
import { groupUpdates, type StateUpdates, type UpdateGroup, valuesRead, writeUpdate } from "./state-update.js";

/** Reductions take their axes as an input from here on, Mish is an op; newer ones give us nothing. */
const opset = 18;

export function blockedProgram(step: Graph, block: Block): StepProgram {
  const updates = groupUpdates(step);
  const live = liveNodes(step, updates);
  // First to learn which rows are wanted together, then with convolutions that give them so.
  const { requests } = lowerGraph(step, live, updates, { block, wishes: new Map() });
  return lowerGraph(step, live, updates, { block, wishes: requests }).program;
}

/** The nodes that results and updates depend on; the merged updates themselves are not among them. */
function liveNodes(step: Graph, updates: StateUpdates): readonly Node[] {
  const read = new Uint8Array(step.types.length);
  for (const value of valuesRead(updates)) read[value] = 1;
  for (const { value } of step.outputs) read[value] = 1;
  for (const { next } of updates.others) if (next !== undefined) read[next] = 1;
  const live: Node[] = [];
  for (const node of step.nodes.toReversed()) {
    if (!node.outputs.some((value) => read[value] === 1)) continue;
    for (const value of node.inputs) read[value] = 1;
    live.push(node);
  }
  return live.reverse();
}

interface Layout {
  readonly block: Block;
  readonly wishes: RowRequests;
}

function lowerGraph(
  step: Graph,
  nodes: readonly Node[],
  updates: StateUpdates,
  { block, wishes }: Layout,
): { readonly requests: RowRequests; readonly program: StepProgram } {
  const writer = new ModelWriter(opset);
  const graph = { ...step, nodes };
  const site = new BlockedSite(graph, writer, block, wishes);
  const sizes = (value: ValueId): readonly number[] => typeOf(step, value).shape as readonly number[];
  for (const { name, value } of step.inputs) site.setPlain(value, writer.input(`in.${name}`, sizes(value)));
  const packed = updates.groups.map((group, i) => readGroup(site, group, `state.${i}`));
  for (const { name, value } of updates.others) site.setPlain(value, writer.input(`state of ${name}`, sizes(value)));
  for (const node of nodes) {
    writer.enter(`${node.op} ${node.path}`);
    lower(site, node);
  }
  writer.enter("update state");
  const inputs = new Map(
    updates.groups.map(({ slots }, i) => [listKey(slots.map(({ value }) => value)), packed[i]?.input]),
  );
  const flat = (values: readonly ValueId[]): string => {
    const known = inputs.get(listKey(values));
    if (known !== undefined) return known;
    const vectors = values.map((value) => site.reshaped(site.plain(value), [elementCount(typeOf(step, value).shape)]));
    return writer.one("Concat", vectors, { axis: 0 });
  };
  const groupPorts = updates.groups.map((group, i): StatePort => {
    const port = packed[i] as StatePort;
    const next = writeUpdate(writer, group, flat, (value) => site.plain(value));
    writer.output(`next.${i}`, next, port.shape);
    return { ...port, output: `next.${i}` };
  });
  for (const { name, value } of step.outputs) writer.output(`out.${name}`, site.plain(value), sizes(value));
  const program: StepProgram = {
    bytes: writer.finish(step.name),
    inputs: step.inputs.map(({ name, value }) => ({ name, onnxName: `in.${name}`, shape: sizes(value) })),
    outputs: step.outputs.map(({ name, value }) => ({ name, onnxName: `out.${name}`, shape: sizes(value) })),
    state: [...groupPorts, ...updates.others.map((slot) => ownPort(site, slot))],
  };
  return { requests: site.store.requests, program };
}

const listKey = (values: readonly ValueId[]): string => values.join(" ");

/** The slots of a group, cut from the vector that holds them all. */
function readGroup(site: BlockedSite, { slots }: UpdateGroup, input: string): StatePort {
  let offset = 0;
  const places = slots.map(({ name, value }): SlotPlace => {
    const length = elementCount(site.typeOf(value).shape);
    offset += length;
    return { slot: name, offset: offset - length, length };
  });
  const shape = [offset];
  const { writer } = site;
  writer.input(input, shape);
  const lengths = writer.int64s(places.map(({ length }) => length));
  const parts = slots.length === 1 ? [input] : writer.node("Split", [input, lengths], { axis: 0 }, slots.length);
  for (const [i, { value }] of slots.entries()) {
    const part = writer.hasShape(parts[i] as string, [elementCount(site.typeOf(value).shape)]);
    site.setPlain(value, site.reshaped(part, site.sizesOf(value)));
  }
  return { input, output: undefined, shape, slots: places };
}

function ownPort(site: BlockedSite, { name, value, next }: Slot): StatePort {
  const shape = site.sizesOf(value);
  const slots = [{ slot: name, offset: 0, length: elementCount(shape) }];
  if (next !== undefined) site.writer.output(`next of ${name}`, site.plain(next), shape);
  return { input: `state of ${name}`, output: next === undefined ? undefined : `next of ${name}`, shape, slots };
}

function lower(site: BlockedSite, node: Node): void {
  const candidates = lowerings.get(node.op) ?? [];
  const attempt = (from: number): boolean => {
    const lowering = candidates[from];
    return lowering?.(site, node, () => attempt(from + 1)) ?? false;
  };
  if (!attempt(0)) lowerPortably(site, node);
}

function lowerPortably(site: BlockedSite, node: Node): void {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  const outputs = node.outputs.map((value) => `p${value}`);
  op.lowerToOnnx(
    site.writer,
    {
      inputs: node.inputs.map((value) => site.plain(value)),
      outputs,
      inputTypes: node.inputs.map((value) => site.typeOf(value)),
      outputTypes: node.outputs.map((value) => site.typeOf(value)),
    },
    node.attributes,
  );
  for (const [i, value] of node.outputs.entries()) site.setPlain(value, outputs[i] as string);
}
