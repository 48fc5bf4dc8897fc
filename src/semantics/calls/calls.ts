import type { Span } from "../../diagnostics/span.js";
import { type SurfaceEntry, surfaces } from "../../ops/registry.js";
import type { BlockDeclaration, FunctionDeclaration } from "../../syntax/ast.js";
import type { Argument, Expression, Identifier } from "../../syntax/ast-expressions.js";
import type { Context, Place } from "../context.js";
import { isDamaged, type NamedDeclaration } from "../module.js";
import { snakeCase } from "../path-scope.js";
import type { Scope } from "../scope.js";
import { bool, layer, type NamedLayer, unknown, type Value } from "../values.js";
import { ownName } from "./apply-layer.js";
import { applySurface, flattenInputs, liftNumber } from "./apply-op.js";
import { builtinNames, isBuiltinName } from "./builtins.js";
import { combinatorNames, makeCombinator } from "./combinators.js";
import { bindDeclared } from "./declared-parameters.js";
import { initializerSignature, initializers, makeInitializer } from "./initializers.js";
import { makeThing } from "./recipe-things.js";
import { makeRecord, recordNames } from "./records.js";
import { callScalarFunction, scalarFunctions } from "./scalar-functions.js";
import { bindArguments, describe, type EvaluatedArgument, evaluateArguments } from "./signature.js";
import { signatureOf } from "./surface-arguments.js";
import { makeTensorLiteral, tensorLiterals } from "./tensor-literals.js";

/** A name or a call in the source; `args` is undefined for a bare name. */
interface Call {
  readonly name: Identifier;
  readonly args: readonly Argument[] | undefined;
  readonly span: Span;
  /** After an arrow, where all arguments are parameters. */
  readonly isStage: boolean;
}

/** A bare name: a local value, a constant, or a layer with default arguments. */
export function evaluateName(context: Context, name: Identifier, scope: Scope, place: Place): Value {
  return evaluateCall(context, { name, args: undefined, span: name.span, isStage: false }, scope, place);
}

/** The value of a name or call. In a stage, tensors come through the arrow and arguments are parameters. */
export function evaluateCall(context: Context, call: Call, scope: Scope, place: Place): Value {
  const { text } = call.name;
  const local = scope.lookup(text);
  if (local !== undefined && (call.args === undefined || local.kind === "layer")) {
    if (call.args === undefined || local.kind !== "layer") return local;
    return context.report("type/layer-takes-no-arguments", { name: text }, call.span);
  }
  const declared = scope.module.names.get(text);
  if (declared !== undefined && isDamaged(declared)) {
    evaluateArguments(context, call.args ?? [], scope, place);
    return unknown;
  }
  const isShadowed =
    declared?.declaration.kind === "ConstDeclaration" && call.args !== undefined && isBuiltinName(text);
  if (declared !== undefined && !isShadowed) return callDeclared(context, call, declared, scope, place);
  if (text === "training" && call.args === undefined) return bool(context.training);
  const before = context.reporter.errorCount;
  const args = evaluateArguments(context, call.args ?? [], scope, place);
  const isSpoilt = context.reporter.errorCount > before;
  const thing = context.things?.get(text);
  if (thing !== undefined) return makeThing(context, thing, args, call.span);
  if (combinatorNames.includes(text)) return makeCombinator(context, text, args, call.span);
  if (recordNames.includes(text)) return makeRecord(context, text, args, call.span);
  if (Object.hasOwn(initializers, text)) {
    const bound = bindArguments(context, text, initializerSignature(text), args, call.span);
    return makeInitializer(context, text, bound, call.span);
  }
  const entry = surfaces.get(text);
  if (Object.hasOwn(tensorLiterals, text)) return makeTensorLiteral(context, text, args, place, call.span);
  const isScalarCall = !call.isStage && Object.hasOwn(scalarFunctions, text) && !wantsOp(entry, args);
  if (isScalarCall) return callScalarFunction(context, text, args, place, call.span);
  if (entry !== undefined) return callSurface(context, call, entry, args, place, isSpoilt);
  if (scope.module.missing.has(text) || local?.kind === "unknown") return unknown;
  if (local === undefined) return reportUnknown(context, call, scope);
  return context.report("type/not-callable", { name: text, what: describe(local) }, call.name.span);
}

function reportUnknown(context: Context, { name, isStage }: Call, scope: Scope): Value {
  const known = () => [...scope.visibleNames(), ...scope.module.names.keys(), ...builtinNames(), "true", "false"];
  const suggestion = context.reporter.suggest(name.text, known);
  return context.report("resolve/unknown-name", { name: name.text, isStage, suggestion }, name.span);
}

const isTensorLike = ({ kind }: Value): boolean => kind === "tensor" || kind === "unknown";

/** `max(x)` is the op if x is a tensor, the number function if it is a number; `max(axes: [2])` is a layer. */
function wantsOp(entry: SurfaceEntry | undefined, args: readonly EvaluatedArgument[]): boolean {
  if (entry === undefined) return false;
  const positional = args.filter((arg) => arg.name === undefined);
  return positional.length === 0 || positional.some((arg) => arg.value.kind === "tensor");
}

/** An op: a layer in a stage or without tensors; a computation if it is called with tensors. */
function callSurface(
  context: Context,
  call: Call,
  entry: SurfaceEntry,
  args: readonly EvaluatedArgument[],
  place: Place,
  isSpoilt: boolean,
): Value {
  const { surface } = entry;
  // What would be said of the call follows from what was said of its arguments.
  if (isSpoilt && args.some(({ name, value }) => name === undefined && value.kind === "unknown")) return unknown;
  const offending = args.find(({ name, value }) => {
    if (name !== undefined) return false;
    // An unknown value may be a tensor if a function is called with it.
    return carriesTensor(value) || (surface.kind === "function" && !call.isStage && mayCarryTensor(value));
  });
  if (offending === undefined) {
    const nested = args.find(({ name, value }) => name === undefined && value.kind === "layer");
    if (nested !== undefined) return context.report("type/layer-as-tensor", { callee: surface.name }, nested.span);
    const bound = bindArguments(context, surface.name, signatureOf(surface), args, call.span);
    return layer({ kind: "op", entry, arguments: bound, span: call.span });
  }
  if (surface.kind === "block") {
    return context.report("type/block-needs-arrow", { name: surface.name }, offending.span);
  }
  if (call.isStage) return context.report("type/tensor-in-stage", { name: surface.name }, offending.span);
  const positional = args.filter((arg) => arg.name === undefined);
  const named = args.filter((arg) => arg.name !== undefined);
  const inputs: Value[] = [];
  for (const { value, span } of positional) {
    if (value.kind === "int" || value.kind === "float" || isTensorLike(value)) {
      inputs.push(liftNumber(context, value, place.here, span));
    } else if (carriesTensor(value) || mayCarryTensor(value)) {
      inputs.push(...(flattenInputs(context, value, span) ?? [unknown]));
    } else {
      return context.report("type/not-a-tensor", { callee: surface.name, actual: describe(value) }, span);
    }
  }
  const bound = bindArguments(context, surface.name, signatureOf(surface), named, call.span);
  return applySurface(context, entry, bound, inputs, () => place.here.child(surface.name), call.span);
}

/** Whether a positional argument is a tensor, or a tuple or list of tensors. */
function carriesTensor(value: Value): boolean {
  // A list whose length is not known yet.
  if (value.kind === "list" && value.items === undefined) return value.element === "tensor";
  if (value.kind === "tuple" || value.kind === "list") {
    return (value.items ?? []).some((item) => item.kind === "tensor");
  }
  return value.kind === "tensor";
}

/** Whether it is of unknown type, or holds only values of unknown type: an unknown value may be a tensor. */
function mayCarryTensor(value: Value): boolean {
  if (value.kind !== "tuple" && value.kind !== "list") return value.kind === "unknown";
  return value.items !== undefined && value.items.length > 0 && value.items.every(({ kind }) => kind === "unknown");
}

function callDeclared(context: Context, call: Call, declared: NamedDeclaration, scope: Scope, place: Place): Value {
  const { declaration, module } = declared;
  const { text: name } = call.name;
  switch (declaration.kind) {
    case "ConstDeclaration":
      if (call.args === undefined) return context.facts.constant(declared);
      return context.report("type/not-callable", { name, what: "a constant" }, call.name.span);
    case "BlockDeclaration":
      return callBlock(context, call, declaration, declared, scope, place);
    case "FunctionDeclaration":
      return callFunction(context, call, declaration, declared, scope, place);
    default: {
      const what = { ModelDeclaration: "a model", VariantDeclaration: "a variant", RecipeDeclaration: "a recipe" };
      const related = [{ message: `declared in ${module.path}`, span: declaration.name.span }];
      return context.report("type/not-a-value", { name, what: what[declaration.kind] }, call.name.span, related);
    }
  }
}

function callBlock(
  context: Context,
  call: Call,
  declaration: BlockDeclaration,
  { module }: NamedDeclaration,
  scope: Scope,
  place: Place,
): Value {
  const name = declaration.name.text;
  const args = evaluateArguments(context, call.args ?? [], scope, place);
  const offending = args.find((arg) => arg.value.kind === "tensor");
  if (offending !== undefined) return context.report("type/block-needs-arrow", { name }, offending.span);
  const bound = bindDeclared(context, name, declaration.parameters, module, args, call.span);
  return layer({ kind: "block", declaration, module, arguments: bound, span: call.span });
}

/** `fn` without `on`: numbers in, a value out. With `on`: a call with tensors, or a layer. */
function callFunction(
  context: Context,
  call: Call,
  declaration: FunctionDeclaration,
  { module }: NamedDeclaration,
  scope: Scope,
  place: Place,
): Value {
  const name = declaration.name.text;
  const args = evaluateArguments(context, call.args ?? [], scope, place);
  if (declaration.inputs === undefined) {
    const bound = bindDeclared(context, name, declaration.parameters, module, args, call.span);
    return context.callFunction({ declaration, module, arguments: bound }, [], place.here, call.span);
  }
  const positional = args.filter((arg) => arg.name === undefined);
  const isCall = !call.isStage && positional.some((arg) => isTensorLike(arg.value));
  if (!isCall) {
    const tensorArgument = args.find((arg) => arg.value.kind === "tensor");
    if (tensorArgument !== undefined) return context.report("type/tensor-in-stage", { name }, tensorArgument.span);
    const bound = bindDeclared(context, name, declaration.parameters, module, args, call.span);
    return layer({ kind: "function", declaration, module, arguments: bound, span: call.span });
  }
  const named = args.filter((arg) => arg.name !== undefined);
  const bound = bindDeclared(context, name, declaration.parameters, module, named, call.span);
  const inputs: Value[] = [];
  for (const { value, span } of positional) {
    const isNumber = value.kind === "int" || value.kind === "float";
    if (!isTensorLike(value) && !isNumber) {
      return context.report("type/not-a-tensor", { callee: name, actual: describe(value) }, span);
    }
    inputs.push(liftNumber(context, value, place.here, span));
  }
  const at = place.here.child(snakeCase(name));
  return context.callFunction({ declaration, module, arguments: bound }, inputs, at, call.span);
}

/** The layer that an expression after an arrow evaluates to; undefined if it is not a layer (reported). */
export function layerOf(context: Context, expression: Expression, scope: Scope, place: Place): NamedLayer | undefined {
  const { span } = expression;
  const isName = expression.kind === "NameExpression" || expression.kind === "CallExpression";
  const value = isName
    ? evaluateCall(
        context,
        {
          name: expression.name,
          args: expression.kind === "CallExpression" ? expression.arguments : undefined,
          span,
          isStage: true,
        },
        scope,
        place,
      )
    : context.evaluate(expression, scope, place);
  if (value.kind === "unknown") return undefined;
  if (value.kind !== "layer") {
    context.report("type/not-a-layer", { actual: describe(value) }, span);
    return undefined;
  }
  // A local name of a layer names its scope; a shared layer already has a scope.
  const isLocal = expression.kind === "NameExpression" && scope.lookup(expression.name.text) !== undefined;
  const named = isLocal && value.layer.kind !== "shared" ? (expression.name as Identifier).text : undefined;
  return { layer: value.layer, label: named ?? (isName ? ownName(value.layer) : undefined), span };
}
