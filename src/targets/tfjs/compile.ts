/** Compiles a step to a program of kernels: each node by its lowering, all similar slots updated at once. */

import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Node, type Slot, typeOf, type ValueId } from "../../ir/graph.js";
import { elementCount, sameShape, type TensorType } from "../../ir/shape.js";
import type { AnyOp } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import { isPlaceByPlace } from "../../ops/spatial.js";
import type { Register } from "../../ops/tfjs/builder.js";
import type { TfjsPort } from "../../ops/tfjs/calls.js";
import type { KernelName } from "../../ops/tfjs/kernel-signatures.js";
import { isNatural, type Layout, natural, nhwc, storedPlaces, storedSizes } from "../../ops/tfjs/layout.js";
import { listKey } from "../../step/packed-state.js";
import { groupUpdates, type MergedOp, type UpdateGroup, writeUpdate } from "../../step/state-update.js";
import { GraphWriter } from "./graph-writer.js";
import type { ProgramOptions } from "./program-writer.js";
import { finishProgram, type TfjsProgram, type TfjsState } from "./tfjs-program.js";

/** The kernels of merged updates. */
const updateKernels = {
  add: "Add",
  sub: "Sub",
  mul: "Multiply",
  div: "RealDiv",
  sqrt: "Sqrt",
  neg: "Neg",
  maximum: "Maximum",
  minimum: "Minimum",
} as const satisfies Readonly<Record<MergedOp, KernelName>>;

export interface CompileOptions extends ProgramOptions {
  /** Whether input and output maps are channels last, as in web pages; by default they have the graph's axis order. */
  readonly mapsAre?: "channels last";
}

export function compileStep(step: Graph, { mapsAre, ...options }: CompileOptions): TfjsProgram {
  const writer = new GraphWriter(step, options);
  const layouts = slotLayouts(step);
  const layoutOf = ({ value }: Slot): Layout => layouts.get(value) ?? natural(writer.sizesOf(value).length);
  const isBool = (value: ValueId): boolean => typeOf(step, value).dtype === "bool";
  const portLayout = (sizes: readonly number[]): Layout =>
    mapsAre === "channels last" && sizes.length === 4 ? nhwc : natural(sizes.length);
  const inputs = step.inputs.map(({ name, value }): TfjsPort => {
    const sizes = writer.sizesOf(value);
    const layout = portLayout(sizes);
    const shape = storedSizes(sizes, layout);
    const register = writer.fresh(shape);
    writer.set(value, register, layout);
    return { name, register, shape, isBool: isBool(value) };
  });
  const updates = groupUpdates(step);
  const packed = updates.groups.map((group) => readGroup(writer, group, layoutOf));
  const single = updates.others.map((slot) => readSlot(writer, slot, layoutOf(slot)));
  for (const node of step.nodes) {
    writer.enter(node.path);
    lowerNode(opOf(node), writer, node);
  }
  writer.enter(undefined);
  const known = new Map(
    updates.groups.map(({ slots }, i) => [listKey(slots.map(({ value }) => value)), packed[i]?.register]),
  );
  const flat = (values: readonly ValueId[], slots: readonly Slot[]): Register => {
    const register = known.get(listKey(values));
    if (register !== undefined) return register;
    const vectors = values.map((value, i) => {
      const laid = writer.inLayout(value, layoutOf(slots[i] as Slot));
      return writer.reshape(laid, [elementCount(typeOf(step, value).shape)]);
    });
    return vectors.length === 1 ? (vectors[0] as Register) : writer.kernel("Concat", vectors, { axis: 0 });
  };
  const merged = updates.groups.map((group, i): TfjsState => {
    const next = writeUpdate<Register>(group, {
      number: (value) => writer.plain(value),
      flat,
      apply: (op, [a, b]) =>
        writer.kernel(updateKernels[op], b === undefined ? { x: a as Register } : { a: a as Register, b }),
    });
    return { ...(packed[i] as TfjsState), next };
  });
  const others = single.map((state, i): TfjsState => {
    const slot = updates.others[i] as Slot;
    return slot.next === undefined ? state : { ...state, next: writer.inLayout(slot.next, layoutOf(slot)) };
  });
  const outputs = step.outputs.map(({ name, value }) => {
    const sizes = writer.sizesOf(value);
    const layout = portLayout(sizes);
    const shape = storedSizes(sizes, layout);
    return { name, register: writer.inLayout(value, layout), shape, isBool: isBool(value) };
  });
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

function opOf({ op, path, span }: Node): AnyOp {
  const found = findOp(op);
  invariant(found !== undefined, `unknown op ${op} at ${path}`, span);
  return found;
}

export function lowerNode({ lowerToTfjs }: AnyOp, writer: GraphWriter, node: Node): void {
  const why = "notInTfjs" in lowerToTfjs ? lowerToTfjs.notInTfjs : "";
  invariant(
    !("notInTfjs" in lowerToTfjs),
    `${node.op} at ${node.path} has no form in TensorFlow.js: ${why}`,
    node.span,
  );
  const lower = typeof lowerToTfjs === "function" ? lowerToTfjs : lowerToTfjs.lower;
  lower(writer, node, node.attributes);
}

/** Gives every result its own tensor, so that each can be disposed of alone: shared ones are copied. */
function ownRegisters(writer: GraphWriter, outputs: readonly TfjsPort[], state: readonly TfjsState[]) {
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

/**
 * Stores weights in the axis order that their kernels need, and so everything that is combined with them element by element
 * (optimiser state, averages).
 */
function slotLayouts({ nodes, slots, types }: Graph): ReadonlyMap<ValueId, Layout> {
  const leader = new Map<ValueId, ValueId>();
  const find = (value: ValueId): ValueId => {
    let root = value;
    for (let next = leader.get(root); next !== undefined; next = leader.get(root)) root = next;
    return root;
  };
  const typesOf = (values: readonly ValueId[]) => values.map((value) => types[value] as TensorType);
  const wanted: (readonly [ValueId, Layout])[] = [];
  for (const node of nodes) {
    const { lowerToTfjs, spatial } = opOf(node);
    const [inputs, outputs] = [typesOf(node.inputs), typesOf(node.outputs)];
    if ("weightLayout" in lowerToTfjs) {
      const sizes = inputs[1]?.shape as readonly number[];
      wanted.push([node.inputs[1] as ValueId, lowerToTfjs.weightLayout(sizes, node.attributes)]);
    }
    const [output] = node.outputs as readonly [ValueId];
    if (outputs.length !== 1 || outputs[0]?.shape.length !== 4) continue;
    const moves = spatial(inputs, outputs, node.attributes);
    for (const [i, value] of node.inputs.entries()) {
      const [from, to] = [find(value), find(output)];
      if (from !== to && isPlaceByPlace(moves, i) && sameShape((inputs[i] as TensorType).shape, outputs[0].shape)) {
        leader.set(from, to);
      }
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

/** The slots of a group, split from the vector that stores them all. */
function readGroup(writer: GraphWriter, { slots }: UpdateGroup, layoutOf: (slot: Slot) => Layout): TfjsState {
  const sizes = slots.map(({ value }) => writer.sizesOf(value));
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
    writer.set(slot.value, writer.reshape(part, storedSizes(own, layout)), layout);
    offset += length;
    return { slot: slot.name, offset: offset - length, length, order: placesOf(own, layout), sizes: own, layout };
  });
  return { register, next: register, shape, slots: places };
}

function readSlot(writer: GraphWriter, { name, value }: Slot, layout: Layout): TfjsState {
  const sizes = writer.sizesOf(value);
  const shape = storedSizes(sizes, layout);
  const register = writer.fresh(shape);
  writer.set(value, register, layout);
  const length = elementCount(shape);
  return {
    register,
    next: register,
    shape,
    slots: [{ slot: name, offset: 0, length, order: placesOf(sizes, layout), sizes, layout }],
  };
}
