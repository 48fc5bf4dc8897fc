import type { Span } from "../../diagnostics/span.js";
import type {
  Expression,
  ForExpression,
  IndexExpression,
  ListExpression,
  RangeExpression,
} from "../../syntax/ast-expressions.js";
import { asPart } from "../calls/combinators.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import { limits } from "../limits.js";
import type { Scope } from "../scope.js";
import { fit, formatType, joinTypes, typeOfValue, unknownOf } from "../types.js";
import { int, layer, type NamedLayer, type Type, unknown, type Value } from "../values.js";

/** `[a, b]`; `[for a in xs do e]` is the list of the values of `e`. */
export function evaluateList(context: Context, expression: ListExpression, scope: Scope, place: Place): Value {
  const [only] = expression.items;
  if (expression.items.length === 1 && only?.kind === "ForExpression") {
    const inside = { ...place, here: place.here.numbering(), body: place.body.numbering() };
    const turns = evaluateTurns(context, only, scope, inside);
    return turns.items === undefined
      ? { kind: "list", element: typeOfValue(turns.sample), items: undefined }
      : unify(context, turns.items, expression.span, () => only.body.span);
  }
  const items = expression.items.map((item) => context.evaluate(item, scope, place));
  return unify(context, items, expression.span, (i) => expression.items[i]?.span ?? expression.span);
}

export function evaluateTuple(
  context: Context,
  items: readonly Expression[],
  span: Span,
  scope: Scope,
  place: Place,
): Value {
  return bounded(context, { kind: "tuple", items: items.map((item) => context.evaluate(item, scope, place)) }, span);
}

/** The number of values in a list or tuple, including nested ones, and the depth of nesting. */
interface Extent {
  readonly count: number;
  readonly depth: number;
}

const single: Extent = { count: 1, depth: 0 };
const extents = new WeakMap<Value, Extent>();

/** Items may be shared between lists, so short source can make a huge list: shared items count each time. */
function extentOf(value: Value): Extent {
  if ((value.kind !== "list" && value.kind !== "tuple") || value.items === undefined) return single;
  let extent = extents.get(value);
  if (extent === undefined) {
    let [count, depth] = [1, 0];
    for (const item of value.items) {
      const inner = extentOf(item);
      count += inner.count;
      depth = Math.max(depth, inner.depth);
    }
    extent = { count, depth: depth + 1 };
    extents.set(value, extent);
  }
  return extent;
}

/** The value, or unknown if it is too large or nested too deep (reported). */
function bounded(context: Context, value: Value, span: Span): Value {
  const { count, depth } = extentOf(value);
  if (count > limits.repeats + 1) {
    return context.report("limit/too-many-repeats", { count: count - 1, limit: limits.repeats }, span);
  }
  if (depth > limits.valueDepth) return context.report("limit/nested-too-deep", { limit: limits.valueDepth }, span);
  return context.spend(span, count) ? value : unknown;
}

/** A list of these items, converted to a common type. */
function unify(context: Context, items: readonly Value[], span: Span, spanOf: (index: number) => Span): Value {
  const whole = bounded(context, { kind: "list", element: "unknown", items }, span);
  if (whole.kind === "unknown") return unknown;
  let element: Type = "unknown";
  for (const [i, item] of items.entries()) {
    const joined = joinTypes(element, typeOfValue(item));
    if (joined === undefined) {
      const holes = { first: formatType(element), other: formatType(typeOfValue(item)) };
      return context.report("type/mixed-list", holes, spanOf(i));
    }
    element = joined;
  }
  return { kind: "list", element, items: items.map((item) => fit(item, element) ?? item) };
}

/** `[from..to]`, including both ends; empty if `to` is less than `from`. */
export function evaluateRange(context: Context, expression: RangeExpression, scope: Scope, place: Place): Value {
  const ends = [expression.from, expression.to].map((end) => {
    const value = context.evaluate(end, scope, place);
    if (value.kind === "int" || value.kind === "unknown") return value;
    return context.report("type/wrong-operand", { operator: "..", operand: describe(value) }, end.span);
  });
  const [from, to] = ends.map((end) => (end.kind === "int" ? end.value : undefined));
  if (from === undefined || to === undefined) return { kind: "list", element: "int", items: undefined };
  const length = Math.max(0, to - from + 1);
  if (length > limits.repeats) {
    return context.report("limit/too-many-repeats", { count: length, limit: limits.repeats }, expression.span);
  }
  if (!context.spend(expression.span, length)) return unknown;
  return { kind: "list", element: "int", items: Array.from({ length }, (_, i) => int(from + i)) };
}

export function evaluateIndex(context: Context, expression: IndexExpression, scope: Scope, place: Place): Value {
  const target = context.evaluate(expression.target, scope, place);
  const index = context.evaluate(expression.index, scope, place);
  if (target.kind === "unknown" || index.kind === "unknown") return unknown;
  if (target.kind !== "list" && target.kind !== "tuple") {
    return context.report("type/not-a-list", { actual: describe(target) }, expression.target.span);
  }
  if (index.kind !== "int") {
    return context.report("type/wrong-operand", { operator: "[ ]", operand: describe(index) }, expression.index.span);
  }
  if (target.items === undefined) return target.kind === "list" ? unknownOf(target.element) : unknown;
  if (index.value === undefined) return target.kind === "list" ? unknownOf(target.element) : unknown;
  const found = target.items[index.value];
  if (found !== undefined) return found;
  const holes = { index: index.value, length: target.items.length };
  return context.report("value/index-out-of-range", holes, expression.index.span);
}

/** `for a, b in list do layer`: the layers one after the other. */
export function evaluateFor(context: Context, expression: ForExpression, scope: Scope, place: Place): Value {
  const turns = evaluateTurns(context, expression, scope, place);
  const bodies = turns.items ?? [turns.sample];
  const wrong = bodies.find((body) => body.kind !== "layer" && body.kind !== "unknown");
  if (wrong !== undefined) {
    return context.report("type/for-needs-layers", { actual: describe(wrong) }, expression.body.span);
  }
  if (turns.items === undefined) return layer({ kind: "opaque" });
  const parts: NamedLayer[] = turns.items.map((body) => asPart(body, expression.body.span));
  return layer({ kind: "chain", parts, isLoop: true });
}

interface Turns {
  /** The values of the iterations; undefined if the list is unknown. */
  readonly items: readonly Value[] | undefined;
  /** One iteration with unknown names, if the list is unknown. */
  readonly sample: Value;
}

function evaluateTurns(context: Context, expression: ForExpression, scope: Scope, place: Place): Turns {
  const list = context.evaluate(expression.list, scope, place);
  if (list.kind !== "list" && list.kind !== "unknown") {
    context.report("type/not-a-list", { actual: describe(list) }, expression.list.span);
  }
  const turn = (item: Value): Value => {
    const inner = scope.inner();
    if (!context.spend(expression.span)) return unknown;
    bindNames(context, expression, item, inner);
    return context.evaluate(expression.body, inner, place);
  };
  if (list.kind === "list" && list.items !== undefined && list.items.length > 0) {
    return { items: list.items.map(turn), sample: unknown };
  }
  const items = list.kind === "list" ? list.items : undefined;
  // Only when declarations are evaluated by themselves; in a model, an iteration that never runs would leave its nodes in the
  // graph.
  if (context.network !== undefined) return { items, sample: unknown };
  return { items, sample: turn(list.kind === "list" ? unknownOf(list.element) : unknown) };
}

function bindNames(context: Context, { names, list }: ForExpression, item: Value, scope: Scope): void {
  const [first] = names;
  if (names.length === 1 && first !== undefined) {
    scope.bind(first.text, item, first.span);
    return;
  }
  const parts = item.kind === "tuple" ? item.items : undefined;
  if (item.kind !== "unknown" && parts?.length !== names.length) {
    context.report("type/wrong-tuple-length", { names: names.length, actual: describe(item) }, list.span);
  }
  for (const [i, name] of names.entries()) scope.bind(name.text, parts?.[i] ?? unknown, name.span);
}
