/** Finds the weights whose rows are the classes of an output. */
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../ir/graph.js";
import { keepsStatistics } from "../ops/batch-statistics.js";
import { findOp } from "../ops/registry.js";

export interface ClassHead {
  /** Slots whose first axis is the classes, each used nowhere else; undefined if another op is between. */
  readonly rows: readonly string[] | undefined;
  /** Slots that the classes come from, whatever is between: if they are reinitialised, the output has a new meaning. */
  readonly source: readonly string[];
  /** Slots on each way back to the nearest layer that mixes its inputs, including that layer's. */
  readonly behind: readonly string[];
}

export function classHead(graph: Graph, output: ValueId): ClassHead {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const slots = new Map(graph.slots.map(({ name, value }) => [value, name]));
  const rows = rowsOf(graph, output, makers, slots);
  const any = (): boolean => true;
  return {
    rows: rows?.all,
    source: rows === undefined ? nearestSlots(output, makers, slots, any) : rows.source,
    behind: nearestSlots(output, makers, slots, isMatrix),
  };
}

/** The path of the layer that a name map should reinitialise for new classes, if there is one. */
export function headPath(graph: Graph, output: string): string {
  const value = graph.outputs.find(({ name }) => name === output)?.value;
  const [slot = output] = value === undefined ? [] : classHead(graph, value).source;
  return slot.replace(/\.[^.]*$/, "");
}

type Makers = ReadonlyMap<ValueId, Node>;
type SlotNames = ReadonlyMap<ValueId, string>;

function rowsOf(graph: Graph, output: ValueId, makers: Makers, slots: SlotNames) {
  const readers = new Map<ValueId, number>();
  const read = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)];
  for (const value of read) readers.set(value, (readers.get(value) ?? 0) + 1);
  const all: string[] = [];
  let value = output;
  for (;;) {
    const node = makers.get(value);
    if (node === undefined || readers.get(value) !== 1) return undefined;
    const [input = 0, ...weights] = node.inputs;
    if (rowsAreOutputs(graph, node) || keepsStatistics(node)) {
      const names = weights.map((weight) => (readers.get(weight) === 1 ? slots.get(weight) : undefined));
      if (names.includes(undefined)) return undefined;
      all.push(...(names as string[]));
      if (isMatrix(node)) return { all, source: (names as string[]).slice(0, 1) };
    } else if (!keepsClasses(graph, node, value)) return undefined;
    value = input;
  }
}

/** Whether axis 1 has the same entries before and after a node without weights that treats all of them alike. */
function keepsClasses(graph: Graph, { op, inputs, outputs, attributes }: Node, output: ValueId): boolean {
  const found = findOp(op);
  if (found === undefined || inputs.length !== 1) return false;
  const types = typesOf(graph, inputs);
  const after = typeOf(graph, output).shape;
  const before = types[0]?.shape ?? [];
  if (before[1] !== after[1]) return false;
  const moves = found.spatial(
    types,
    outputs.map((value) => typeOf(graph, value)),
    attributes,
  );
  // Apart from the batch and the classes, no axis may remain that could be exchanged with them.
  if (moves === "same order") return [before, after].every((shape) => shape.slice(2).every((size) => size === 1));
  const [batch, classes] = moves[0] ?? [];
  return batch?.seen === 1 && classes?.to === 1 && classes.isAlike;
}

/** Whether each output entry depends on all input entries, through weights. */
const isMatrix = ({ op, attributes }: Node): boolean =>
  findOp(op)?.probe.kind === "layer" && (attributes.groups ?? 1) === 1;

/** Whether it is such a layer, and the first axis of its weight is axis 1 of the result. */
const rowsAreOutputs = (graph: Graph, node: Node): boolean =>
  isMatrix(node) &&
  findOp(node.op)?.outputChannels(node.attributes, typeOf(graph, node.outputs[0] as ValueId).shape.length) === 0;

/** The slots of the layers on each way back, up to the first one with weights that ends it. */
function nearestSlots(
  output: ValueId,
  makers: Makers,
  slots: SlotNames,
  isEnd: (node: Node) => boolean,
): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<ValueId>();
  const waiting = [output];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = makers.get(value);
    if (seen.has(value) || node === undefined) continue;
    seen.add(value);
    const own = node.inputs.flatMap((input) => slots.get(input) ?? []);
    for (const name of own) found.add(name);
    if (own.length === 0 || !isEnd(node)) waiting.push(...node.inputs);
  }
  return [...found];
}
