import type { Span } from "../../diagnostics/span.js";
import { sameShape } from "../../ir/shape.js";
import type { Context } from "../context.js";
import { limits } from "../limits.js";
import { type PathScope, snakeCase } from "../path-scope.js";
import {
  type GridLayer,
  type Layer,
  type NamedLayer,
  type ParallelLayer,
  type ResidualLayer,
  type SharedLayer,
  unknown,
  unknownTensor,
  type Value,
} from "../values.js";
import { applyOpByName, applySurface, flattenInputs, weightsInFunction } from "./apply-op.js";
import { describe } from "./signature.js";

/** The default name of a layer in paths; undefined for layers that add nothing to paths. */
export function ownName(layer: Layer): string | undefined {
  switch (layer.kind) {
    case "op":
      return layer.entry.surface.name;
    case "block":
    case "function":
      return snakeCase(layer.declaration.name.text);
    default:
      return undefined;
  }
}

/** Applies a part of a larger layer: in its own scope if it has a name, otherwise `here`. */
export function applyPart(context: Context, part: NamedLayer, input: Value, here: PathScope): Value {
  return part.label === undefined
    ? context.apply(part.layer, input, here, false, part.span)
    : context.apply(part.layer, input, here.child(part.label), true, part.span);
}

/** Applies any layer; see {@link Context.apply}. */
export function applyLayer(
  context: Context,
  layer: Layer,
  input: Value,
  at: PathScope,
  named: boolean,
  span: Span,
): Value {
  const place = (): PathScope => (named ? at : at.child(ownName(layer) ?? ""));
  switch (layer.kind) {
    case "opaque":
      return unknown;
    case "op": {
      const inputs = flattenInputs(context, input, span);
      return inputs === undefined
        ? unknown
        : applySurface(context, layer.entry, layer.arguments, inputs, place, layer.span);
    }
    case "block":
      if (context.isPure) return weightsInFunction(context, layer.declaration.name.text, span);
      return context.instantiate(layer, input, place(), span);
    case "function": {
      const inputs = flattenInputs(context, input, span);
      if (inputs === undefined) return unknown;
      return context.callFunction(layer, inputs, place(), span);
    }
    case "chain": {
      let value = input;
      const inside = layer.isLoop ? at.numbering() : at;
      for (const part of layer.parts) value = applyPart(context, part, value, inside);
      return value;
    }
    case "repeat": {
      if (layer.count === undefined) {
        applyPart(context, layer.body, input, at);
        return unknown;
      }
      let value = input;
      const turns = context.network === undefined ? Math.min(layer.count, 1) : layer.count;
      const inside = at.numbering();
      for (let turn = 0; turn < turns; turn++) {
        value = applyPart(context, layer.body, value, inside);
        if (value.kind === "unknown") break;
      }
      return value;
    }
    case "grid":
      return applyGrid(context, layer, input, at);
    case "residual":
      return applyResidual(context, layer, input, at);
    case "parallel":
      return applyParallel(context, layer, input, at);
    case "shared":
      return applyShared(context, layer, input, span);
  }
}

/** Row by row, as in the paper: cell (row, column) is `rows[row][column]`. */
function applyGrid(context: Context, layer: GridLayer, input: Value, at: PathScope): Value {
  const { rows, columns, body, span } = layer;
  const type = context.typeOf(input);
  if (rows === undefined || columns === undefined || type === undefined || context.network === undefined) {
    if (input.kind !== "tensor" && input.kind !== "unknown") {
      return context.report("type/not-a-tensor", { callee: "grid", actual: describe(input) }, span);
    }
    applyPart(context, body, input.kind === "tensor" ? unknownTensor : input, at);
    return unknownTensor;
  }
  const [, , height, width] = type.shape;
  if (type.shape.length !== 4 || typeof height !== "number" || typeof width !== "number") {
    return context.report("shape/wrong-rank", { op: "grid", expected: 4, actual: type.shape }, span);
  }
  if (height % rows !== 0 || width % columns !== 0) {
    return context.report("shape/grid-does-not-fit", { rows, columns, height, width }, span);
  }
  const cut = (value: Value, axis: number, parts: number, size: number): readonly Value[] => {
    if (parts === 1) return [value];
    const attributes = { axis, sizes: new Array<number>(parts).fill(size / parts) };
    const split = applyOpByName(context, "split", [value], at, span, attributes);
    return split.kind === "tuple" ? split.items : [];
  };
  const join = (values: readonly Value[], axis: number): Value =>
    values.length === 1 ? (values[0] ?? unknown) : applyOpByName(context, "concat", values, at, span, { axis });
  const joinedRows: Value[] = [];
  const inside = at.numbering();
  for (const row of cut(input, 2, rows, height)) {
    const cells = cut(row, 3, columns, width).map((cell) => applyPart(context, body, cell, inside));
    const tensors = cells.flatMap((cell) => singleTensor(context, cell, "grid", body.span));
    if (tensors.length !== cells.length) return unknownTensor;
    joinedRows.push(join(tensors, 3));
  }
  return join(joinedRows, 2);
}

/** The single tensor that a body returned; none if it is unknown, or is something else (reported). */
function singleTensor(context: Context, value: Value, callee: string, span: Span): Value[] {
  if (value.kind === "tensor") return value.value === undefined ? [] : [value];
  if (value.kind !== "unknown") context.report("type/not-a-tensor", { callee, actual: describe(value) }, span);
  return [];
}

function applyResidual(context: Context, layer: ResidualLayer, input: Value, at: PathScope): Value {
  const body = applyPart(context, layer.body, input, at);
  const other = layer.shortcut === undefined ? input : applyPart(context, layer.shortcut, input, at);
  const [a] = singleTensor(context, body, "residual", layer.body.span);
  const [b] = singleTensor(context, other, "residual", layer.shortcut?.span ?? layer.span);
  if (a === undefined || b === undefined) return unknownTensor;
  const [bodyShape, otherShape] = [context.typeOf(a)?.shape ?? [], context.typeOf(b)?.shape ?? []];
  if (!sameShape(bodyShape, otherShape)) {
    return context.report("shape/residual-mismatch", { body: bodyShape, shortcut: otherShape }, layer.span);
  }
  return applyOpByName(context, "add", [a, b], at, layer.span);
}

function applyParallel(context: Context, layer: ParallelLayer, input: Value, at: PathScope): Value {
  if (layer.branches === undefined) return unknown;
  return { kind: "tuple", items: layer.branches.map((branch) => applyPart(context, branch, input, at)) };
}

/** The first application makes the weights; each further one gets its own scope for its nodes, `name@2`. */
function applyShared(context: Context, layer: SharedLayer, input: Value, span: Span): Value {
  layer.weights.applications++;
  const { slots, applications } = layer.weights;
  const at = applications === 1 ? layer.scope : layer.siblingScope(`${layer.name}@${applications}`);
  const { result, slots: used } = context.inside({ message: `in shared ${layer.name}, used here`, span }, () =>
    context.sharing.run(slots, () => context.apply(layer.body.layer, input, at, true, layer.body.span)),
  );
  // If the first application had errors, later ones cannot be compared with it.
  if (slots === undefined && result.kind !== "unknown") layer.weights.slots = used;
  return result;
}

/** Whether a repeat count is within bounds; reports it otherwise. */
export function checkRepeats(context: Context, count: number, span: Span): boolean {
  if (count <= limits.repeats) return true;
  context.report("limit/too-many-repeats", { count, limit: limits.repeats }, span);
  return false;
}
