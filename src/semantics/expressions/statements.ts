import { suggest } from "../../diagnostics/suggest.js";
import { type Dim, type DType, dtypes, elementCount, type Shape, type TensorType } from "../../ir/shape.js";
import type {
  BindingStatement,
  BlockDeclaration,
  Body,
  RequireStatement,
  ShareStatement,
  Statement,
  TensorTypeExpression,
  WeightStatement,
} from "../../syntax/ast.js";
import type { Expression, Identifier } from "../../syntax/ast-expressions.js";
import { weightsInFunction } from "../calls/apply-op.js";
import { asPart } from "../calls/combinators.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import { isUnread } from "../damage.js";
import { limits } from "../limits.js";
import type { Scope } from "../scope.js";
import { layer, tensor, unknown, unknownTensor, type Value } from "../values.js";

/** False if a `require` fails: later statements rely on it. */
export function evaluateStatement(context: Context, statement: Statement, scope: Scope, place: Place): boolean {
  switch (statement.kind) {
    case "BindingStatement":
      evaluateBinding(context, statement, scope, place);
      break;
    case "ShareStatement":
      evaluateShare(context, statement, scope, place);
      break;
    case "WeightStatement":
      evaluateWeight(context, statement, scope, place);
      break;
    case "RequireStatement":
      return evaluateRequire(context, statement, scope, place);
  }
  return true;
}

/** `{ statements return a, b }`: one result as itself, several as a tuple. */
export function evaluateBody(context: Context, body: Body | Expression, scope: Scope, place: Place): Value {
  if (body.kind !== "Body") return context.evaluate(body, scope, place);
  for (const statement of body.statements) {
    if (!evaluateStatement(context, statement, scope, place)) return unknown;
  }
  const results = body.results.map((result) => context.evaluate(result, scope, place));
  return results.length === 1 ? (results[0] ?? unknown) : { kind: "tuple", items: results };
}

/** The results of a block with `on`: tensors, or unknown values. */
export function requireTensors(context: Context, { body }: BlockDeclaration, value: Value): Value {
  const isFine = (v: Value): boolean =>
    v.kind === "tensor" || v.kind === "unknown" || (v.kind === "tuple" && v.items.every(isFine));
  if (isFine(value)) return value;
  const span = body.kind === "Body" ? (body.results[0]?.span ?? body.span) : body.span;
  return context.report("type/block-needs-tensor", { actual: describe(value) }, span);
}

/** Binds a name once: a second binding is reported and ignored. */
function bind(context: Context, name: Identifier, value: Value, scope: Scope): void {
  const earlier = scope.ownSpan(name.text);
  if (earlier === undefined) {
    scope.bind(name.text, value, name.span);
    return;
  }
  const related = [{ message: `"${name.text}" is first here`, span: earlier }];
  context.report("resolve/duplicate-name", { name: name.text }, name.span, related);
}

function evaluateBinding(context: Context, statement: BindingStatement, scope: Scope, place: Place): void {
  const { names } = statement;
  if (isUnread(scope.module.damage, statement.span)) {
    for (const name of names) bind(context, name, unknown, scope);
    return;
  }
  const texts = names.map((name) => name.text);
  // A name that begins with `_` says that the value is not wanted: it names nothing.
  const wanted = texts.filter((text) => !text.startsWith("_"));
  const former = texts.join("_");
  const base = wanted.join("_") || former;
  const here = place.here.child(base, base === former ? undefined : former);
  const value = context.evaluate(statement.value, scope, { here, body: place.body, isOwn: true });
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    bind(context, only, value, scope);
    return;
  }
  const items = value.kind === "tuple" || value.kind === "list" ? value.items : undefined;
  const isKnown = value.kind !== "unknown" && !(value.kind === "list" && value.items === undefined);
  if (isKnown && items?.length !== names.length) {
    context.report("type/wrong-tuple-length", { names: names.length, actual: describe(value) }, statement.value.span);
  }
  for (const [i, name] of names.entries()) bind(context, name, items?.[i] ?? unknown, scope);
}

function evaluateShare(context: Context, statement: ShareStatement, scope: Scope, place: Place): void {
  const value = context.evaluate(statement.value, scope, place);
  const { text: name } = statement.name;
  if (value.kind !== "layer") {
    if (value.kind !== "unknown") context.report("type/not-a-layer", { actual: describe(value) }, statement.value.span);
    bind(context, statement.name, unknown, scope);
    return;
  }
  const shared = layer({
    kind: "shared",
    name,
    body: asPart(value, statement.value.span),
    scope: place.body.child(name),
    siblingScope: (sibling) => place.body.child(sibling),
    weights: { slots: undefined, applications: 0 },
  });
  bind(context, statement.name, shared, scope);
}

function evaluateWeight(context: Context, statement: WeightStatement, scope: Scope, place: Place): void {
  if (context.isPure) weightsInFunction(context, statement.name.text, statement.name.span);
  const type = evaluateTensorType(context, statement.type, scope, place);
  const initializer = context.evaluate(statement.initializer, scope, place);
  const { text: name, span } = statement.name;
  if (initializer.kind !== "initializer" && initializer.kind !== "unknown") {
    context.report("type/not-an-initializer", { actual: describe(initializer) }, statement.initializer.span);
  }
  const isKnown = type !== undefined && initializer.kind === "initializer" && initializer.initializer !== undefined;
  if (!isKnown || context.network === undefined || initializer.initializer === undefined) {
    bind(context, statement.name, unknownTensor, scope);
    return;
  }
  const batch = type.shape.find((dim) => typeof dim !== "number");
  if (batch !== undefined || type.dtype !== "float32") {
    bind(
      context,
      statement.name,
      context.report("type/weight-type", { type: statement.type.dtype.text }, statement.type.span),
      scope,
    );
    return;
  }
  const request = { scope: place.body.child(name), name: "", role: "parameter", span } as const;
  bind(
    context,
    statement.name,
    tensor(context.weight({ ...request, type, initializer: initializer.initializer })),
    scope,
  );
}

function evaluateRequire(context: Context, statement: RequireStatement, scope: Scope, place: Place): boolean {
  const condition = context.evaluate(statement.condition, scope, place);
  if (condition.kind === "bool" && condition.value === false) {
    context.report("value/requirement-failed", { message: statement.message.value }, statement.condition.span);
    return false;
  }
  if (condition.kind !== "bool" && condition.kind !== "unknown") {
    context.report("type/wrong-condition", { actual: describe(condition) }, statement.condition.span);
  }
  return true;
}

/** `float32[N, 3, size, size]`; undefined if a size is unknown or wrong (reported). */
export function evaluateTensorType(
  context: Context,
  expression: TensorTypeExpression,
  scope: Scope,
  place: Place,
): TensorType | undefined {
  const { text, span } = expression.dtype;
  const dtype = dtypes.find((name) => name === text && (name === "float32" || name === "bool")) as DType | undefined;
  if (dtype === undefined) {
    const known = ["float32", "bool"];
    const suggestion = suggest(text, known);
    context.report("resolve/unknown-type", { name: text, known: known.join(", "), suggestion }, span);
  }
  const shape = evaluateShape(context, expression.dimensions, scope, place);
  if (shape === undefined || dtype === undefined) return undefined;
  if (!(elementCount(shape) <= limits.elements)) {
    context.report("limit/tensor-too-large", { shape, limit: limits.elements }, expression.span);
    return undefined;
  }
  return { dtype, shape };
}

function evaluateShape(
  context: Context,
  dimensions: readonly Expression[],
  scope: Scope,
  place: Place,
): Shape | undefined {
  const dims: Dim[] = [];
  for (const dimension of dimensions) {
    const value = context.evaluate(dimension, scope, place);
    if (value.kind === "int") {
      if (value.value === undefined) continue;
      if (value.value >= 1) {
        dims.push(value.value);
        continue;
      }
      context.report("value/wrong-dimension", { actual: value.value }, dimension.span);
    } else if (value.kind === "batch") {
      if (dims.some((dim) => typeof dim !== "number")) {
        context.report("shape/batch-twice", {}, dimension.span);
        return undefined;
      }
      if (value.factor !== undefined) dims.push({ batch: value.factor });
    } else if (value.kind !== "unknown") {
      context.report("type/wrong-operand", { operator: "a tensor's size", operand: describe(value) }, dimension.span);
    }
  }
  return dims.length === dimensions.length ? dims : undefined;
}
