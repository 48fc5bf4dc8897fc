import type { Span } from "../../diagnostics/span.js";
import type { BlockDeclaration, FunctionDeclaration } from "../../syntax/ast.js";
import { flattenInputs } from "../calls/apply-op.js";
import { asPart } from "../calls/combinators.js";
import { nowhere } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { Context } from "../context.js";
import type { PathScope } from "../path-scope.js";
import { Scope } from "../scope.js";
import { type BlockLayer, type FunctionUse, unknown, type Value } from "../values.js";
import { instantiateOnce } from "./repeated-blocks.js";
import { evaluateBody, requireTensors } from "./statements.js";

/** Instantiates a block's body in its own scope; if values are unknown, returns the block's result type. */
export function instantiateBlock(context: Context, block: BlockLayer, input: Value, at: PathScope, span: Span): Value {
  const { network } = context;
  if (network === undefined) {
    const { declaration } = block;
    const fits = declaration.inputs === undefined || bindInputs(context, declaration, input, undefined, span);
    return fits ? context.facts.resultOf(declaration) : unknown;
  }
  const from = network.nodeCount;
  const result = instantiateOnce(context, network, block, input, at, () =>
    evaluateBlock(context, block, input, at, span),
  );
  network.block(block.declaration.name.text, at, from, block.arguments.values);
  return result;
}

function evaluateBlock(context: Context, block: BlockLayer, input: Value, at: PathScope, span: Span): Value {
  const { declaration } = block;
  return context.within(declaration, span, () => {
    const scope = scopeOf(block);
    if (declaration.inputs !== undefined) {
      if (!bindInputs(context, declaration, input, scope, span)) return unknown;
      const place = { here: at, body: at, isOwn: false };
      return requireTensors(context, declaration, evaluateBody(context, declaration.body, scope, place));
    }
    // A layer's arguments may not make weights here: only the application below may.
    const value = evaluateBody(context, declaration.body, scope, nowhere());
    if (value.kind === "layer") {
      const part = asPart(value, declaration.body.span);
      return context.apply(part.layer, input, at, true, part.span);
    }
    if (value.kind === "unknown") return unknown;
    return context.report("type/block-needs-layer", { actual: describe(value) }, declaration.body.span);
  });
}

/** A function's result for these arguments and tensors; its result type if values are unknown. */
export function callFunction(
  context: Context,
  use: FunctionUse,
  inputs: readonly Value[],
  at: PathScope,
  span: Span,
): Value {
  const { declaration } = use;
  const isAbstract =
    context.network === undefined && (inputs.length > 0 || [...use.arguments.values.values()].some(isPartlyUnknown));
  const input: Value = inputs.length === 1 ? (inputs[0] ?? unknown) : { kind: "tuple", items: inputs };
  if (isAbstract) {
    const fits = declaration.inputs === undefined || bindInputs(context, declaration, input, undefined, span);
    return fits ? context.facts.resultOf(declaration) : unknown;
  }
  return context.within(declaration, span, () => {
    const scope = scopeOf(use);
    if (declaration.inputs !== undefined && !bindInputs(context, declaration, input, scope, span)) return unknown;
    return evaluateBody(context, declaration.body, scope, { here: at, body: at, isOwn: false });
  });
}

/** Binds the tensors after `on`; false if their number is wrong (reported). */
function bindInputs(
  context: Context,
  { name, inputs: names = [] }: BlockDeclaration | FunctionDeclaration,
  input: Value,
  scope: Scope | undefined,
  span: Span,
): boolean {
  const inputs = flattenInputs(context, input, span);
  if (inputs === undefined) return false;
  const isUnknown = inputs.length === 1 && inputs[0]?.kind === "unknown";
  if (inputs.length !== names.length && !isUnknown) {
    const expected = names.map(({ text }) => text).join(", ");
    const holes = { callee: name.text, expected, count: names.length, actual: inputs.length };
    context.report("type/wrong-input-count", holes, span);
    return false;
  }
  for (const [i, bound] of names.entries()) scope?.bind(bound.text, inputs[i] ?? unknown, bound.span);
  return true;
}

/** A body's scope, with the parameters by name. */
function scopeOf({ declaration, module, arguments: { values } }: BlockLayer | FunctionUse): Scope {
  const scope = new Scope(module);
  for (const { name } of declaration.parameters) scope.bind(name.text, values.get(name.text) ?? unknown, name.span);
  return scope;
}

function isPartlyUnknown(value: Value): boolean {
  switch (value.kind) {
    case "unknown":
      return true;
    case "int":
    case "float":
    case "bool":
    case "string":
    case "tensor":
      return value.value === undefined;
    case "batch":
      return value.factor === undefined;
    case "list":
    case "tuple":
      return value.items === undefined || value.items.some(isPartlyUnknown);
    case "layer":
      return value.layer.kind === "opaque";
    default:
      return false;
  }
}
