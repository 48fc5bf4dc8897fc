/** A step as a program of kernels: every node by its lowering, all like slots updated at once. */

import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Slot, typeOf, type ValueId } from "../../ir/graph.js";
import { elementCount } from "../../ir/shape.js";
import { type OpName, ops } from "../../ops/registry.js";
import { listKey } from "../packed-state.js";
import { groupUpdates, type MergedOp, type UpdateGroup, writeUpdate } from "../state-update.js";
import { convolutionOf, filterLayout } from "./convolution.js";
import { isNatural, type Layout, natural, storedPlaces, storedSizes } from "./layout.js";
import { lowerings } from "./lowerings.js";
import { ProgramWriter } from "./program-writer.js";
import { TfjsSite } from "./site.js";
import { finishProgram, type Register, type TfjsPort, type TfjsProgram, type TfjsState } from "./tfjs-program.js";

/** What merged updates are made of. */
const updateKernels: Readonly<Record<MergedOp, string>> = {
  add: "Add",
  sub: "Sub",
  mul: "Multiply",
  div: "RealDiv",
  sqrt: "Sqrt",
  neg: "Neg",
  maximum: "Maximum",
  minimum: "Minimum",
};

export function compileStep(step: Graph): TfjsProgram {
  const writer = new ProgramWriter();
  const site = new TfjsSite(step, writer);
  const layouts = slotLayouts(site);
  const layoutOf = ({ value }: Slot): Layout => layouts.get(value) ?? natural(site.sizesOf(value).length);
  const isBool = (value: ValueId): boolean => typeOf(step, value).dtype === "bool";
  const inputs = step.inputs.map(({ name, value }): TfjsPort => {
    const shape = site.sizesOf(value);
    const register = writer.fresh(shape);
    site.set(value, register);
    return { name, register, shape, isBool: isBool(value) };
  });
  const updates = groupUpdates(step);
  const packed = updates.groups.map((group) => readGroup(site, group, layoutOf));
  const single = updates.others.map((slot) => readSlot(site, slot, layoutOf(slot)));
  for (const node of step.nodes) {
    invariant(Object.hasOwn(ops, node.op), `unknown op ${node.op} at ${node.path}`, node.span);
    lowerings[node.op as OpName](site, node);
  }
  const known = new Map(
    updates.groups.map(({ slots }, i) => [listKey(slots.map(({ value }) => value)), packed[i]?.register]),
  );
  const flat = (values: readonly ValueId[], slots: readonly Slot[]): Register => {
    const register = known.get(listKey(values));
    if (register !== undefined) return register;
    const vectors = values.map((value, i) => {
      const laid = site.inLayout(value, layoutOf(slots[i] as Slot));
      return writer.reshape(laid, [elementCount(typeOf(step, value).shape)]);
    });
    return vectors.length === 1 ? (vectors[0] as Register) : writer.kernel("Concat", vectors, { axis: 0 });
  };
  const merged = updates.groups.map((group, i): TfjsState => {
    const next = writeUpdate<Register>(group, {
      number: (value) => site.plain(value),
      flat,
      apply: (op, [a, b]) =>
        writer.kernel(updateKernels[op], b === undefined ? { x: a as Register } : { a: a as Register, b }),
    });
    return { ...(packed[i] as TfjsState), next };
  });
  const others = single.map((state, i): TfjsState => {
    const slot = updates.others[i] as Slot;
    return slot.next === undefined ? state : { ...state, next: site.inLayout(slot.next, layoutOf(slot)) };
  });
  const outputs = step.outputs.map(({ name, value }) => ({
    name,
    register: site.plain(value),
    shape: site.sizesOf(value),
    isBool: isBool(value),
  }));
  const state = [...merged, ...others];
  const own = ownRegisters(writer, outputs, state);
  return finishProgram({
    calls: writer.calls,
    registers: writer.registers,
    constants: writer.constants,
    inputs,
    outputs: own.outputs,
    state: own.state,
  });
}

/** Every result has a tensor of its own, so that each can be let go by itself: what two would share is copied. */
function ownRegisters(writer: ProgramWriter, outputs: readonly TfjsPort[], state: readonly TfjsState[]) {
  const taken = new Set([
    ...writer.constants.map(({ register }) => register),
    ...state.map(({ register }) => register),
  ]);
  const own = (register: Register): Register => {
    const free = taken.has(register) ? writer.copy(register) : register;
    taken.add(free);
    return free;
  };
  return {
    state: state.map((held) => (held.next === held.register ? held : { ...held, next: own(held.next) })),
    outputs: outputs.map((port) => ({ ...port, register: own(port.register) })),
  };
}

/** Ops whose operands and results of one shape had best be stored alike. */
const alike: ReadonlySet<string> = new Set([..."add sub mul div sqrt square neg maximum minimum where".split(" ")]);

/**
 * The filters of convolutions, and all that is computed with them element by element (what an optimiser remembers, averages),
 * are stored as the kernels want them.
 */
function slotLayouts(site: TfjsSite): ReadonlyMap<ValueId, Layout> {
  const { nodes, slots } = site.graph;
  const leader = new Map<ValueId, ValueId>();
  const find = (value: ValueId): ValueId => {
    let root = value;
    for (let next = leader.get(root); next !== undefined; next = leader.get(root)) root = next;
    return root;
  };
  const wanted: (readonly [ValueId, Layout])[] = [];
  for (const node of nodes) {
    const [output] = node.outputs as readonly [ValueId];
    if (node.op === "conv2d") wanted.push([node.inputs[1] as ValueId, filterLayout(convolutionOf(site, node))]);
    if (!alike.has(node.op)) continue;
    const sizes = site.sizesOf(output);
    if (sizes.length !== 4) continue;
    for (const value of node.inputs) {
      const [from, to] = [find(value), find(output)];
      if (from !== to && site.sizesOf(value).join() === sizes.join()) leader.set(from, to);
    }
  }
  const byLeader = new Map(wanted.map(([value, layout]) => [find(value), layout]));
  return new Map(
    slots.flatMap(({ value }) => {
      const layout = byLeader.get(find(value));
      return layout === undefined ? [] : [[value, layout] as const];
    }),
  );
}

function placesOf(sizes: readonly number[], layout: Layout): Int32Array | undefined {
  return isNatural(layout) ? undefined : storedPlaces(sizes, layout);
}

/** The slots of a group, cut from the vector that holds them all. */
function readGroup(site: TfjsSite, { slots }: UpdateGroup, layoutOf: (slot: Slot) => Layout): TfjsState {
  const { writer } = site;
  const sizes = slots.map(({ value }) => site.sizesOf(value));
  const lengths = sizes.map((of) => of.reduce((product, size) => product * size, 1));
  const shape = [lengths.reduce((sum, length) => sum + length, 0)];
  const register = writer.fresh(shape);
  const parts =
    slots.length === 1
      ? [register]
      : writer.kernels("SplitV", { x: register }, { numOrSizeSplits: lengths, axis: 0 }, slots.length);
  let offset = 0;
  const places = slots.map((slot, i) => {
    const [layout, length, own] = [layoutOf(slot), lengths[i] as number, sizes[i] as readonly number[]];
    const part = writer.hasSizes(parts[i] as Register, [length]);
    site.set(slot.value, writer.reshape(part, storedSizes(own, layout)), layout);
    offset += length;
    return { slot: slot.name, offset: offset - length, length, order: placesOf(own, layout) };
  });
  return { register, next: register, shape, slots: places };
}

function readSlot(site: TfjsSite, { name, value }: Slot, layout: Layout): TfjsState {
  const sizes = site.sizesOf(value);
  const shape = storedSizes(sizes, layout);
  const register = site.writer.fresh(shape);
  site.set(value, register, layout);
  const length = elementCount(shape);
  return {
    register,
    next: register,
    shape,
    slots: [{ slot: name, offset: 0, length, order: placesOf(sizes, layout) }],
  };
}
