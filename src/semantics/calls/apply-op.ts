import { isProblem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { Span } from "../../diagnostics/span.js";
import type { Attributes, ValueId } from "../../ir/graph.js";
import { elementCount, type TensorType } from "../../ir/shape.js";
import type { AnyOp, SlotSpec } from "../../ops/contracts.js";
import { findOp, type SurfaceEntry } from "../../ops/registry.js";
import type { Context } from "../context.js";
import { limits } from "../limits.js";
import type { Network } from "../network.js";
import type { PathScope } from "../path-scope.js";
import { type BoundArguments, tensors, type UnknownValue, unknown, unknownTensor, type Value } from "../values.js";
import { describe } from "./signature.js";
import { plainArguments } from "./surface-arguments.js";

/** An op's result if its inputs are unknown. */
function unknownResult(op: AnyOp): Value {
  if (op.results === "many") return unknown;
  if (op.results.length === 1) return unknownTensor;
  return { kind: "tuple", items: op.results.map(() => unknownTensor) };
}

/** Applies the op of an operator or a combinator; numbers among the inputs become constants. */
export function applyOpByName(
  context: Context,
  name: string,
  inputs: readonly Value[],
  parent: PathScope,
  span: Span,
  attributes: Attributes = {},
): Value {
  const op = findOp(name);
  invariant(op !== undefined, `op ${name} is not in the registry`, span);
  const lifted = inputs.map((input) => liftNumber(context, input, parent, span));
  if (lifted.some((input) => input.kind !== "tensor" || input.value === undefined) || context.network === undefined) {
    return unknownResult(op);
  }
  const values = lifted.map((input) => (input as { value: ValueId }).value);
  return makeNode(context, context.network, op, attributes, values, parent.child(name), span, () => span);
}

/** A number next to tensors as a scalar tensor; other values are returned unchanged. */
export function liftNumber(context: Context, value: Value, parent: PathScope, span: Span): Value {
  if (value.kind !== "int" && value.kind !== "float") return value;
  if (value.value === undefined || context.network === undefined) return unknownTensor;
  return applyOpByName(context, "constant", [], parent, span, { shape: [], values: [value.value] });
}

/** Applies an op by one of its names in `.lfer`. `at` is the scope of this application. */
export function applySurface(
  context: Context,
  { op, surface }: SurfaceEntry,
  args: BoundArguments,
  inputs: readonly Value[],
  at: () => PathScope,
  span: Span,
): Value {
  if (surface.inputs !== "many" && surface.inputs.length !== inputs.length) {
    const holes = { callee: surface.name, expected: surface.inputs.join(", "), count: surface.inputs.length };
    return context.report("type/wrong-input-count", { ...holes, actual: inputs.length }, span);
  }
  for (const input of inputs) {
    if (input.kind === "tensor" || input.kind === "unknown") continue;
    return context.report("type/not-a-tensor", { callee: surface.name, actual: describe(input) }, span);
  }
  if (context.isPure && holdsWeights(op)) return weightsInFunction(context, surface.name, span);
  const plain = plainArguments(surface, args);
  const { network } = context;
  const isKnown = inputs.every((input) => input.kind === "tensor" && input.value !== undefined);
  if (plain === undefined || network === undefined || !isKnown) return unknownResult(op);
  const values = inputs.map((input) => (input as { value: ValueId }).value);
  const where = (about: string | undefined): Span => (about === undefined ? span : (args.spans.get(about) ?? span));
  const attributes = surface.resolve(
    plain as Parameters<typeof surface.resolve>[0],
    values.map((value) => network.typeOf(value)),
  );
  if (isProblem(attributes)) return context.reportProblem(attributes, where(attributes.about));
  return makeNode(context, network, op, attributes, values, at(), span, where);
}

const noSlots: Readonly<Record<string, SlotSpec>> = {};

/** Makes the node and its weights, or reports what is wrong with the shapes. */
function makeNode(
  context: Context,
  network: Network,
  op: AnyOp,
  attributes: Attributes,
  inputs: readonly ValueId[],
  at: PathScope,
  span: Span,
  where: (about: string | undefined) => Span,
): Value {
  if (!context.spend(span, limits.stepsPerNode)) return unknown;
  if (network.nodeCount >= limits.nodes) return context.report("limit/too-many-nodes", { limit: limits.nodes }, span);
  const types = inputs.map((value) => network.typeOf(value));
  const slots = holdsWeights(op) ? op.slots(types, attributes) : noSlots;
  for (const name in slots) types.push((slots[name] as SlotSpec).type);
  const results = op.inferTypes(types, attributes);
  if (isProblem(results)) return context.reportProblem(results, where(results.about));
  const tooLarge = results.find(isTooLarge) ?? types.slice(inputs.length).find(isTooLarge);
  if (tooLarge !== undefined) {
    return context.report("limit/tensor-too-large", { shape: tooLarge.shape, limit: limits.elements }, span);
  }
  const all = inputs.slice();
  for (const name in slots) all.push(requestWeight(context, op, name, slots[name] as SlotSpec, at, span));
  return tensors(network.node(op.name, attributes, all, results, at, span));
}

function isTooLarge(type: TensorType): boolean {
  return !(elementCount(type.shape) <= limits.elements);
}

/** Reports weights inside a function. */
export function weightsInFunction(context: Context, name: string, span: Span): UnknownValue {
  return context.report("type/weights-in-function", { name }, span);
}

/** Whether layers of this op have weights. */
export function holdsWeights(op: AnyOp): boolean {
  return op.inputs !== "many" && op.inputs.some((input) => input.role !== "tensor");
}

function requestWeight(
  context: Context,
  op: AnyOp,
  name: string,
  spec: SlotSpec,
  scope: PathScope,
  span: Span,
): ValueId {
  const input = op.inputs === "many" ? undefined : op.inputs.find((candidate) => candidate.name === name);
  const role = input?.role === "statistic" ? "statistic" : "parameter";
  return context.weight({ scope, name, type: spec.type, role, initializer: spec.initializer, span });
}

/** The tensors that an arrow passes to a layer: one, or those of a tuple or list; undefined if there is none (reported). */
export function flattenInputs(context: Context, value: Value, span: Span): readonly Value[] | undefined {
  if (value.kind === "tensor" || value.kind === "unknown") return [value];
  if ((value.kind === "tuple" || value.kind === "list") && value.items !== undefined) {
    const flat = value.items.every((item) => item.kind === "tensor" || item.kind === "unknown");
    if (flat) return value.items;
  }
  if (value.kind === "list" && value.items === undefined) return [unknown];
  context.report("type/arrow-without-tensor", { actual: describe(value) }, span);
  return undefined;
}
