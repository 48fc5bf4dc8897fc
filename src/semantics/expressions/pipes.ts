import type { PipeExpression } from "../../syntax/ast-expressions.js";
import { applyPart } from "../calls/apply-layer.js";
import { holdsWeights } from "../calls/apply-op.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import type { PathScope } from "../path-scope.js";
import type { Scope } from "../scope.js";
import { type Layer, layer, type NamedLayer, unknown, type Value } from "../values.js";

/** The kinds of values that an arrow can carry. */
const carriers: readonly Value["kind"][] = ["tensor", "tuple", "list"];

/** `source -> stage -> stage`: applies the stages to a tensor, or composes them if the source is a layer. */
export function evaluatePipe(context: Context, expression: PipeExpression, scope: Scope, place: Place): Value {
  const inner: Place = place.isOwn ? { ...place, isOwn: false } : place;
  const source = context.evaluate(expression.source, scope, inner);
  const stages = expression.stages.map((stage) => context.layerOf(stage.expression, scope, inner));
  if (source.kind === "layer") return compose(context, expression, stages, scope, inner);
  // It may be a layer or a tensor.
  if (source.kind === "unknown") return unknown;
  const carriesTensors = carriers.includes(source.kind);
  if (!carriesTensors) {
    context.report("type/arrow-without-tensor", { actual: describe(source) }, expression.source.span);
  }
  let value: Value = carriesTensors ? source : unknown;
  const holder = expression.source.kind === "NameExpression" ? expression.source.name.text : undefined;
  const [first] = stages;
  if (first !== undefined && holder !== undefined && refuseSeveral(context, first, value, holder)) return unknown;
  const scopes = scopesOf(context, expression, stages, place);
  stages.forEach((part, i) => {
    const at = scopes[i];
    if (part === undefined) value = unknown;
    else if (at === undefined) value = applyPart(context, part, value, place.here);
    else value = context.apply(part.layer, value, at, true, part.span);
  });
  return value;
}

/** `halves -> conv(8)`, where the name holds several tensors: an op that takes one is given them all. */
function refuseSeveral(context: Context, { layer, span }: NamedLayer, value: Value, holder: string): boolean {
  if (layer.kind !== "op" || (value.kind !== "tuple" && value.kind !== "list")) return false;
  const { name: callee, inputs } = layer.entry.surface;
  const actual = value.items?.length ?? 0;
  if (inputs === "many" || inputs.length !== 1 || actual < 2) return false;
  const holes = { callee, expected: inputs.join(", "), count: 1, actual, holder };
  context.report("type/wrong-input-count", holes, span);
  return true;
}

/** Each stage's own scope: after `as`, or if it is a binding's only layer with weights. */
function scopesOf(
  context: Context,
  expression: PipeExpression,
  parts: readonly (NamedLayer | undefined)[],
  place: Place,
): readonly (PathScope | undefined)[] {
  const owner = place.isOwn ? ownerOf(expression, parts) : undefined;
  return parts.map((part, i) => {
    if (part === undefined) return undefined;
    const alias = expression.stages[i]?.alias;
    if (alias === undefined) return part === owner ? place.here : undefined;
    if (part.layer.kind === "shared") {
      context.report("resolve/alias-on-shared", { name: alias.text, shared: part.layer.name }, alias.span);
      return undefined;
    }
    return place.body.child(alias.text);
  });
}

/** The only unnamed stage that may make weights, if it is a single layer. */
function ownerOf(expression: PipeExpression, parts: readonly (NamedLayer | undefined)[]): NamedLayer | undefined {
  let owner: NamedLayer | undefined;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === undefined || expression.stages[i]?.alias !== undefined || !makesWeights(part.layer)) continue;
    if (owner !== undefined) return undefined;
    owner = part;
  }
  return isSingle(owner?.layer) ? owner : undefined;
}

/** Whether applying this layer may make weights with names of their own; for combinators, whether their parts do. */
function makesWeights(layer: Layer): boolean {
  if (partsOf(layer).length === 0) return makesOwnWeights(layer);
  // A layer may occur in very many parts.
  const seen = new Set([layer]);
  for (const part of seen) {
    if (makesOwnWeights(part)) return true;
    for (const inner of partsOf(part)) seen.add(inner.layer);
  }
  return false;
}

const makesOwnWeights = (layer: Layer): boolean =>
  layer.kind === "block" || layer.kind === "opaque" || (layer.kind === "op" && holdsWeights(layer.entry.op));

function partsOf(layer: Layer): readonly NamedLayer[] {
  switch (layer.kind) {
    case "chain":
      return layer.parts;
    case "repeat":
    case "grid":
      return [layer.body];
    case "residual":
      return layer.shortcut === undefined ? [layer.body] : [layer.body, layer.shortcut];
    case "parallel":
      return layer.branches ?? [];
    default:
      return noParts;
  }
}

const noParts: readonly NamedLayer[] = [];

/** Whether it is one layer that can have the scope to itself; combinators contain several. */
function isSingle(layer: Layer | undefined): boolean {
  return layer?.kind === "op" || layer?.kind === "block";
}

function compose(
  context: Context,
  expression: PipeExpression,
  stages: readonly (NamedLayer | undefined)[],
  scope: Scope,
  place: Place,
): Value {
  const first = context.layerOf(expression.source, scope, place);
  const parts: NamedLayer[] = first === undefined ? [] : [first];
  for (const [i, part] of stages.entries()) {
    if (part === undefined) return unknown;
    const alias = expression.stages[i]?.alias;
    parts.push(alias === undefined ? part : { ...part, label: alias.text });
  }
  return layer({ kind: "chain", parts });
}
