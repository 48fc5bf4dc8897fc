/**
 * The graph of a file as a person would write it: without layers that do nothing, with a free batch, with nested instead of
 * flat joins. What it computes is unchanged.
 */
import { isProblem } from "../diagnostics/diagnostic.js";
import { GraphBuilder } from "../ir/builder.js";
import type { Attributes, Graph, Node, ValueId } from "../ir/graph.js";
import { type Shape, sameShape, type TensorType } from "../ir/shape.js";
import type { AnyOp } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { fromSignedSizes } from "../ops/signed-sizes.js";

/** Whether the graph's picture has a batch of one, written as a number. */
export const hasFixedBatch = (graph: Graph): boolean =>
  graph.inputs.length > 0 && graph.inputs.every(({ value }) => graph.types[value]?.shape[0] === 1);

/** The values that the graph's outputs depend on. */
function neededValues(graph: Graph): ReadonlySet<ValueId> {
  const needed = new Set(graph.outputs.map(({ value }) => value));
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some((value) => needed.has(value))) for (const value of node.inputs) needed.add(value);
  }
  return needed;
}

interface Rebuild {
  readonly builder: GraphBuilder;
  readonly now: Map<ValueId, ValueId>;
  /** The joins so far, by axis and inputs. */
  readonly joins: Map<string, ValueId>;
  /** The longest list of a join that begins with this value. */
  readonly frees: boolean;
}

/** The graph rebuilt; undefined if its batch cannot be freed. */
function rebuilt(graph: Graph, frees: boolean): Graph | undefined {
  const builder = new GraphBuilder(graph.name);
  const rebuild: Rebuild = { builder, now: new Map(), joins: new Map(), frees };
  const { now } = rebuild;
  const needed = neededValues(graph);
  for (const input of graph.inputs) {
    const type = graph.types[input.value] as TensorType;
    const shape: Shape = frees ? [{ batch: 1 }, ...type.shape.slice(1)] : type.shape;
    now.set(input.value, builder.input(input, { ...type, shape }));
  }
  for (const slot of graph.slots) {
    if (needed.has(slot.value)) now.set(slot.value, builder.slot(slot, graph.types[slot.value] as TensorType));
  }
  for (const node of graph.nodes) {
    if (node.outputs.some((value) => needed.has(value)) && !place(graph, node, rebuild)) return undefined;
  }
  for (const output of graph.outputs) builder.output({ ...output, value: now.get(output.value) as ValueId });
  return builder.finish();
}

/** The shortest decimal that is the same number in float32; `isShare`: or whose rest to 1 is, as files store a momentum. */
function shortest(value: number, isShare: boolean): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
    if (isShare && value > 0.001 && Math.fround(1 - short) === Math.fround(1 - value)) return short;
  }
  return value;
}

/** Attributes whose numbers went through float32, as someone would have written them. */
function plainNumbers(op: AnyOp, attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).map(([name, value]): [string, Attributes[string]] => {
    const spec = op.attributes[name];
    const isShare = spec?.max === 1;
    if (spec?.kind === "float" && typeof value === "number") return [name, shortest(value, isShare)];
    if (spec?.kind === "floats" && typeof value === "object") return [name, value.map((each) => shortest(each, false))];
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** Puts a node into the rebuilt graph; false if it cannot be there. */
function place(graph: Graph, node: Node, { builder, now, joins, frees }: Rebuild): boolean {
  const op = findOp(node.op);
  if (op === undefined) return false;
  const own = plainNumbers(op, node.attributes);
  const inputs = node.inputs.map((value) => now.get(value) as ValueId);
  const types = inputs.map((value) => builder.typeOf(value));
  const wanted = node.outputs.map((value) => graph.types[value] as TensorType);
  const [first] = types;
  const keepsType = first !== undefined && sameShape(numbered(first.shape), numbered(wanted[0]?.shape ?? []));
  if (types.length === 1 && keepsType && op.isIdentity(own, first.shape)) {
    now.set(node.outputs[0] as ValueId, inputs[0] as ValueId);
    return true;
  }
  const pieces = op.pieces(own);
  if (pieces.kind === "numbers")
    return placeNumbers({ ...node, attributes: own }, op, pieces.values, wanted[0]?.shape ?? [], { builder, now });
  if (pieces.kind === "joined" && inputs.length > 2) {
    const known = longestJoin(joins, pieces.axis, inputs);
    if (known !== undefined) return make(op, node, [known.value, ...inputs.slice(known.count)], own);
  }
  return make(op, node, inputs, own);

  function make(of: AnyOp, { path, outputs }: Node, from: readonly ValueId[], attributes: Attributes): boolean {
    const fitted = frees
      ? freed(
          of,
          attributes,
          from.map((value) => builder.typeOf(value)),
          wanted,
        )
      : attributes;
    const results = of.inferTypes(
      from.map((value) => builder.typeOf(value)),
      fitted,
    );
    if (isProblem(results)) return false;
    if (!results.every((type, i) => sameShape(numbered(type.shape), numbered(wanted[i]?.shape ?? [])))) return false;
    const made = builder.node({ op: of.name, path, inputs: from, attributes: fitted }, results);
    for (const [i, value] of outputs.entries()) now.set(value, made[i] as ValueId);
    if (pieces.kind === "joined") joins.set(JSON.stringify([pieces.axis, inputs]), made[0] as ValueId);
    return true;
  }
}

/** A shape at batch 1. */
const numbered = (shape: Shape): Shape => shape.map((dim) => (typeof dim === "number" ? dim : dim.batch));

/** The longest earlier join of the first inputs. */
function longestJoin(joins: ReadonlyMap<string, ValueId>, axis: number, inputs: readonly ValueId[]) {
  for (let count = inputs.length - 1; count > 1; count--) {
    const value = joins.get(JSON.stringify([axis, inputs.slice(0, count)]));
    if (value !== undefined) return { value, count };
  }
  return undefined;
}

/** Sizes in the attributes as multiples of the batch, if the batch is in the inputs and the given sizes no longer fit. */
function freed(
  op: AnyOp,
  attributes: Attributes,
  inputs: readonly TensorType[],
  wanted: readonly TensorType[],
): Attributes {
  const batch = inputs.some(({ shape }) => shape.some((dim) => typeof dim !== "number"));
  if (!batch) return attributes;
  for (const [name, spec] of Object.entries(op.attributes)) {
    const sizes = attributes[name];
    if (spec.signedSizes !== true || !Array.isArray(sizes) || !isProblem(op.inferTypes(inputs, attributes))) continue;
    const first = sizes[0] as number;
    const turned = { ...attributes, [name]: [-first, ...sizes.slice(1)] };
    const results = op.inferTypes(inputs, turned);
    if (!isProblem(results) && sameShape(numbered(fromSignedSizes(turned[name] as number[])), wanted[0]?.shape ?? []))
      return turned;
  }
  return attributes;
}

/** Numbers of the file: one of them as a scalar, several as a vector, which is then given its shape. */
function placeNumbers(
  node: Node,
  op: AnyOp,
  values: readonly number[],
  shape: Shape,
  { builder, now }: Pick<Rebuild, "builder" | "now">,
): boolean {
  const flat = values.length === 1 ? [] : [values.length];
  const [vector] = builder.node(
    { op: op.name, path: node.path, inputs: [], attributes: { ...node.attributes, shape: flat } },
    [{ dtype: "float32", shape: flat }],
  );
  if (values.length === 1 || shape.length === 1) {
    now.set(node.outputs[0] as ValueId, vector as ValueId);
    return true;
  }
  const attributes = { shape: shape.map(Number) };
  const [shaped] = builder.node(
    { op: "reshape", path: `${node.path}.shape`, inputs: [vector as ValueId], attributes },
    [{ dtype: "float32", shape }],
  );
  now.set(node.outputs[0] as ValueId, shaped as ValueId);
  return true;
}

/** The simplified graph; `isFixed` if its batch could not be freed. */
export function simplify(graph: Graph): { readonly graph: Graph; readonly isFixed: boolean } {
  const free = hasFixedBatch(graph) ? rebuilt(graph, true) : undefined;
  if (free !== undefined) return { graph: free, isFixed: false };
  return { graph: rebuilt(graph, false) ?? graph, isFixed: hasFixedBatch(graph) };
}
