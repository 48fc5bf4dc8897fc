/** The step in the machine's blocked layout: each op by its lowering there, or by its portable one. */
import { invariant } from "../../../diagnostics/invariant.js";
import { type Graph, type Node, type Slot, type SlotRole, typeOf, type ValueId } from "../../../ir/graph.js";
import { elementCount } from "../../../ir/shape.js";
import { findOp } from "../../../ops/registry.js";
import { listKey, type SlotPlace } from "../../../step/packed-state.js";
import {
  groupUpdates,
  type StateUpdates,
  type UpdateGroup,
  valuesRead,
  writeUpdate,
} from "../../../step/state-update.js";
import type { Block } from "../block-probe.js";
import { ModelWriter } from "../model-writer.js";
import type { Port, StatePort, StepProgram } from "../step-program.js";
import { prepareLanes } from "./batch-norm-by-rows.js";
import { inverse, isNatural } from "./buffer.js";
import { updateWriter } from "./flat-update.js";
import { loweringsOf } from "./lowerings.js";
import { BlockedSite, type Column, type Layout, type SiteWishes, type SlotLayouts } from "./site.js";

/** Since then, reductions take their axes as an input, and Mish is an op; later opsets add nothing that we need. */
const opset = 18;

export function blockedProgram(step: Graph, block: Block): StepProgram {
  const updates = groupUpdates(step);
  const live = liveNodes(step, updates);
  // Three times: the first finds which rows are needed together; the second, with convolutions that order their rows so, finds in
  // which order weights are needed; the third stores the weights in that order.
  const none = { wishes: new Map(), layouts: new Map() };
  const { wishes } = lowerGraph(step, live, updates, { block, ...none });
  const { layouts } = lowerGraph(step, live, updates, { block, wishes, layouts: none.layouts });
  return lowerGraph(step, live, updates, { block, wishes, layouts }).program();
}

/** The nodes that outputs and updates depend on, without the merged updates themselves. */
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

interface LoweringOptions extends SiteWishes {
  readonly block: Block;
}

function lowerGraph(
  step: Graph,
  nodes: readonly Node[],
  updates: StateUpdates,
  { block, ...learnt }: LoweringOptions,
): SiteWishes & { readonly program: () => StepProgram } {
  const writer = new ModelWriter(opset);
  const graph = { ...step, nodes };
  const site = new BlockedSite(graph, writer, block, learnt);
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
  const flat = (values: readonly ValueId[], slots: readonly Slot[]): string => {
    const known = inputs.get(listKey(values));
    if (known !== undefined) return known;
    const vectors = flatParts(
      site,
      values,
      slots.map(({ value }) => learnt.layouts.get(value) ?? []),
    );
    return vectors.length === 1 ? (vectors[0] as string) : writer.one("Concat", vectors, { axis: 0 });
  };
  const roles = new Map(updates.groups.map(({ slots }, i) => [packed[i]?.input, slots[0]?.role]));
  const roleOf = (name: string): SlotRole | undefined => roles.get(name);
  const groupPorts = updates.groups.map((group, i): StatePort => {
    const port = packed[i] as StatePort;
    const tensors = { shape: port.shape, roleOf, flat: (values: readonly ValueId[]) => flat(values, group.slots) };
    const next = writeUpdate(group, updateWriter(site, tensors));
    writer.output(`next.${i}`, next, port.shape);
    return { ...port, output: `next.${i}` };
  });
  for (const { name, value } of step.outputs) {
    writer.output(`out.${name}`, site.plain(value), sizes(value), typeOf(step, value).dtype);
  }
  const ownPorts = updates.others.map((slot) => ownPort(site, slot));
  const orders = new Map<Layout, Int32Array>();
  const port = ({ name, value }: { readonly name: string; readonly value: ValueId }, side: "in" | "out"): Port => ({
    name,
    onnxName: `${side}.${name}`,
    shape: sizes(value),
    dtype: typeOf(step, value).dtype,
  });
  const program = (): StepProgram => ({
    bytes: writer.finish(step.name),
    inputs: step.inputs.map((input) => port(input, "in")),
    outputs: step.outputs.map((output) => port(output, "out")),
    state: [...groupPorts.map((port) => withOrders(site, port, orders)), ...ownPorts],
  });
  return { wishes: site.store.requests, layouts: slotLayouts(site, updates), program };
}

/** The values side by side as vectors; adjacent columns of the same kind are converted together. */
function flatParts(site: BlockedSite, values: readonly ValueId[], layouts: readonly Layout[]): readonly string[] {
  const parts: string[] = [];
  let [run, runKind]: [Column[], string] = [[], ""];
  const flush = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const names = run.map(({ name }) => name);
    const all = names.length === 1 ? first.name : site.writer.one("Concat", names, { axis: 0 });
    const length = run.reduce((sum, { order }) => sum + order.length, 0);
    parts.push(site.reshaped(first.made === undefined ? all : first.made.of(all), [length]));
    run = [];
  };
  for (const [i, value] of values.entries()) {
    const layout = layouts[i] ?? [];
    const column = site.columnIn(value, layout);
    if (column === undefined || (run.length > 0 && (column.made?.kind ?? "") !== runKind)) flush();
    if (column === undefined) {
      const laid = layout.length === 0 ? site.plain(value) : site.inLayout(value, layout);
      parts.push(site.reshaped(laid, [elementCount(site.typeOf(value).shape)]));
      continue;
    }
    runKind = column.made?.kind ?? "";
    run.push(column);
  }
  flush();
  return parts;
}

/** For every slot of a merged update, the layout in which it or its update is read or computed. */
function slotLayouts(site: BlockedSite, { groups }: StateUpdates): SlotLayouts {
  const layouts = new Map<ValueId, Layout>();
  const slots = new Set(site.graph.slots.map(({ value }) => value));
  for (const { slots: members, leaves } of groups) {
    for (const i of members.keys()) {
      const own = leaves.map((values) => values[i] as ValueId);
      const found = own.map((value) => layouts.get(value) ?? site.layoutsAsked.get(value) ?? site.laidOut(value));
      const layout = found.find((candidate) => candidate !== undefined);
      if (layout === undefined || layout.every(isNatural)) continue;
      for (const value of own) if (slots.has(value) && !layouts.has(value)) layouts.set(value, layout);
    }
  }
  return layouts;
}

/** The storage index of each element of a slot in its layout. */
function storedOrder(sizes: readonly number[], layout: Layout): Int32Array {
  let [starts, left] = [Int32Array.of(0), sizes.reduce((product, size) => product * size, 1)];
  for (const [axis, size] of sizes.entries()) {
    left /= size;
    const order = layout[axis];
    const places = order === undefined ? undefined : inverse(order);
    const next = new Int32Array(starts.length * size);
    for (let i = 0; i < starts.length; i++) {
      for (let k = 0; k < size; k++) next[i * size + k] = (starts[i] as number) + (places?.[k] ?? k) * left;
    }
    starts = next;
  }
  return starts;
}

/** A tensor of state with the storage order of its slots. */
function withOrders(site: BlockedSite, port: StatePort, made: Map<Layout, Int32Array>): StatePort {
  const values = new Map(site.graph.slots.map(({ name, value }) => [name, value]));
  const slots = port.slots.map((place): SlotPlace => {
    const value = values.get(place.slot);
    const layout = value === undefined ? undefined : site.layouts.get(value);
    if (value === undefined || layout === undefined) return place;
    // Optimiser state is stored in the layout of its parameter.
    const order = made.get(layout) ?? storedOrder(site.sizesOf(value), layout);
    made.set(layout, order);
    return { ...place, order };
  });
  return { ...port, slots };
}

/** The slots of a group, split from the vector that stores them all. */
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
    site.setLaid(value, site.reshaped(part, site.sizesOf(value)), site.layouts.get(value) ?? []);
  }
  prepareLanes(
    site,
    input,
    places.map(({ offset, length }, i) => ({ value: (slots[i] as Slot).value, offset, length })),
  );
  return { input, output: undefined, shape, slots: places };
}

function ownPort(site: BlockedSite, { name, value, next }: Slot): StatePort {
  const shape = site.sizesOf(value);
  const slots = [{ slot: name, offset: 0, length: elementCount(shape) }];
  if (next !== undefined) site.writer.output(`next of ${name}`, site.plain(next), shape);
  return { input: `state of ${name}`, output: next === undefined ? undefined : `next of ${name}`, shape, slots };
}

function lower(site: BlockedSite, node: Node): void {
  if (site.shared.absorbed.has(node)) return;
  const candidates = loweringsOf(node.op);
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
      isFixed: node.inputs.map(() => false),
    },
    node.attributes,
  );
  for (const [i, value] of node.outputs.entries()) site.setPlain(value, outputs[i] as string);
}
