import type { PipeExpression } from "../../syntax/ast-expressions.js";
import { applyPart } from "../calls/apply-layer.js";
import { holdsWeights } from "../calls/apply-op.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import type { PathScope } from "../path-scope.js";
import type { Scope } from "../scope.js";
import { type Layer, layer, type NamedLayer, unknown, type Value } from "../values.js";

/** A stage's layer, and its own scope: after `as`, or if it is a binding's only layer with weights. */
interface PlacedStage {
  readonly part: NamedLayer;
  readonly at: PathScope | undefined;
}

/** `source -> stage -> stage`: applies the stages to a tensor, or composes them if the source is a layer. */
export function evaluatePipe(context: Context, expression: PipeExpression, scope: Scope, place: Place): Value {
  const inner: Place = place.isOwn ? { ...place, isOwn: false } : place;
  const source = context.evaluate(expression.source, scope, inner);
  const stages = expression.stages.map((stage) => context.layerOf(stage.expression, scope, inner));
  if (source.kind === "layer") return compose(context, expression, stages, scope, inner);
  const carriesTensors = ["tensor", "tuple", "list", "unknown"].includes(source.kind);
  if (!carriesTensors) {
    context.report("type/arrow-without-tensor", { actual: describe(source) }, expression.source.span);
  }
  let value: Value = carriesTensors ? source : unknown;
  for (const stage of placeStages(context, expression, stages, place)) {
    if (stage === undefined) value = unknown;
    else if (stage.at === undefined) value = applyPart(context, stage.part, value, place.here);
    else value = context.apply(stage.part.layer, value, stage.at, true, stage.part.span);
  }
  return value;
}

function placeStages(
  context: Context,
  expression: PipeExpression,
  parts: readonly (NamedLayer | undefined)[],
  place: Place,
): (PlacedStage | undefined)[] {
  const unnamed = parts.filter((part, i) => part !== undefined && expression.stages[i]?.alias === undefined);
  const weighted = unnamed.filter((part) => part !== undefined && makesWeights(part.layer));
  const owner = place.isOwn && weighted.length === 1 && isSingle(weighted[0]?.layer) ? weighted[0] : undefined;
  return parts.map((part, i) => {
    if (part === undefined) return undefined;
    const alias = expression.stages[i]?.alias;
    if (alias === undefined) return { part, at: part === owner ? place.here : undefined };
    if (part.layer.kind === "shared") {
      context.report("resolve/alias-on-shared", { name: alias.text, shared: part.layer.name }, alias.span);
      return { part, at: undefined };
    }
    return { part, at: place.body.child(alias.text) };
  });
}

/** Whether applying this layer may make weights with names of their own; for combinators, whether their parts do. */
function makesWeights(layer: Layer): boolean {
  const seen = new Set([layer]);
  for (const part of seen) {
    if (part.kind === "block" || part.kind === "opaque") return true;
    if (part.kind === "op" && holdsWeights(part.entry.op)) return true;
    for (const inner of partsOf(part)) seen.add(inner.layer);
  }
  return false;
}

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
      return [];
  }
}

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
