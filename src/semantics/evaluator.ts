import { diagnose, type DiagnosticCode, type Holes, type Problem, type Related } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { invariant } from "../diagnostics/invariant.js";
import type { ValueId } from "../ir/graph.js";
import { sameShape, type TensorType } from "../ir/shape.js";
import type { RecipeSignature } from "../recipe/signatures.js";
import type { BlockDeclaration, Expression, FunctionDeclaration } from "../syntax/ast.js";
import { applyLayer } from "./apply-layer.js";
import { flattenInputs } from "./apply-op.js";
import { evaluateCall, evaluateName, layerOf } from "./calls.js";
import { evaluateIf } from "./conditionals.js";
import type { Context, Place, WeightRequest } from "./context.js";
import { nowhere } from "./declared-parameters.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { limits } from "./limits.js";
import { evaluateFor, evaluateIndex, evaluateList, evaluateRange } from "./lists.js";
import type { Network } from "./network.js";
import { evaluateBinary, evaluateUnary } from "./operators.js";
import type { PathScope } from "./path-scope.js";
import { evaluatePipe } from "./pipes.js";
import type { Module, NamedDeclaration } from "./program.js";
import type { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { describe } from "./signature.js";
import { evaluateBody, requireTensors } from "./statements.js";
import { bool, float, int, string, unknown, type UnknownValue, type Value } from "./values.js";

/** Weights of a shared layer: recorded while they are made, replayed at each further application. */
interface Sharing {
  readonly recorded: readonly ValueId[] | undefined;
  readonly slots: ValueId[];
}

export interface EvaluatorOptions {
  readonly network?: Network;
  readonly training?: boolean;
  readonly things?: ReadonlyMap<string, RecipeSignature>;
  /** What all this is part of, where a message has to say it: the variant that is made. */
  readonly inside?: Related | undefined;
}

/** Wires the constructs together; see {@link Context} for what each method means. */
export class Evaluator implements Context {
  readonly reporter: Reporter;
  readonly network: Network | undefined;
  readonly training: boolean | undefined;
  readonly things: ReadonlyMap<string, RecipeSignature> | undefined;
  readonly #facts: DeclarationFacts;
  readonly #chain: Related[] = [];
  readonly #sharing: Sharing[] = [];
  #steps = 0;
  #isSpent = false;

  constructor(reporter: Reporter, facts: DeclarationFacts, options: EvaluatorOptions = {}) {
    this.reporter = reporter;
    this.#facts = facts;
    this.network = options.network;
    this.training = options.training;
    this.things = options.things;
    if (options.inside !== undefined) this.#chain.push(options.inside);
  }

  get chain(): readonly Related[] {
    return this.#chain;
  }

  report<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    span: Span,
    related: readonly Related[] = [],
  ): UnknownValue {
    this.reporter.add(diagnose(code, holes, { span, related: [...related, ...this.#innermostFirst()] }));
    return unknown;
  }

  reportProblem(problem: Problem, span: Span): UnknownValue {
    this.reporter.add(problem.diagnose({ span, related: this.#innermostFirst() }));
    return unknown;
  }

  #innermostFirst(): readonly Related[] {
    return [...this.#chain].reverse();
  }

  spend(span: Span): boolean {
    this.#steps++;
    if (this.#steps <= limits.steps) return true;
    if (!this.#isSpent) this.report("limit/too-much-work", { limit: limits.steps }, span);
    this.#isSpent = true;
    return false;
  }

  evaluate(expression: Expression, scope: Scope, place: Place): Value {
    if (!this.spend(expression.span)) return unknown;
    if (expression.kind === "IfExpression") return evaluateIf(this, expression, scope, place);
    if (expression.kind === "PipeExpression") return evaluatePipe(this, expression, scope, place);
    const inner = place.isOwn ? { ...place, isOwn: false } : place;
    switch (expression.kind) {
      case "NumberLiteral":
        return expression.isInteger ? int(expression.value) : float(expression.value);
      case "StringLiteral":
        return string(expression.value);
      case "BooleanLiteral":
        return bool(expression.value);
      case "BatchLiteral":
        return { kind: "batch", factor: 1 };
      case "NameExpression":
        return evaluateName(this, expression.name, scope, inner);
      case "CallExpression": {
        const { name, arguments: args, span } = expression;
        return evaluateCall(this, { name, args, span, isStage: false }, scope, inner);
      }
      case "UnaryExpression":
        return evaluateUnary(this, expression, scope, inner);
      case "BinaryExpression":
        return evaluateBinary(this, expression, scope, inner);
      case "ListExpression":
        return evaluateList(this, expression, scope, inner);
      case "RangeExpression":
        return evaluateRange(this, expression, scope, inner);
      case "IndexExpression":
        return evaluateIndex(this, expression, scope, inner);
      case "ForExpression":
        return evaluateFor(this, expression, scope, inner);
      case "TupleExpression":
        return { kind: "tuple", items: expression.items.map((item) => this.evaluate(item, scope, inner)) };
      case "FieldExpression":
        return this.#evaluateField(expression, scope, inner);
      case "MissingExpression":
        return unknown;
    }
  }

  /** Only what a recipe names has fields: `student.logits`. */
  #evaluateField(expression: Expression & { kind: "FieldExpression" }, scope: Scope, place: Place): Value {
    const target = this.evaluate(expression.target, scope, place);
    if (target.kind === "unknown") return unknown;
    const { text: field, span } = expression.field;
    if (target.kind !== "record") return this.report("type/no-fields", { actual: describe(target), field }, span);
    const found = target.fields.get(field);
    if (found !== undefined) return found;
    const known = [...target.fields.keys()].join(", ");
    return this.report("resolve/unknown-field", { name: target.name, field, known }, span);
  }

  layerOf(expression: Expression, scope: Scope, place: Place) {
    return layerOf(this, expression, scope, place);
  }

  apply(layer: Parameters<Context["apply"]>[0], input: Value, at: PathScope, named: boolean, span: Span): Value {
    return applyLayer(this, layer, input, at, named, span);
  }

  instantiate(
    declaration: BlockDeclaration,
    module: Module,
    values: ReadonlyMap<string, Value>,
    input: Value,
    at: PathScope,
    span: Span,
  ): Value {
    if (this.network === undefined) {
      return declaration.inputs === undefined || this.#takes(declaration, input, span)
        ? this.#facts.resultOf(declaration)
        : unknown;
    }
    return this.within(declaration, span, () => {
      const place = { here: at, body: at, isOwn: false };
      const scope = scopeOf(declaration, module, values);
      if (declaration.inputs !== undefined) {
        if (!this.#bindInputs(declaration, input, scope, span)) return unknown;
        return requireTensors(this, declaration, evaluateBody(this, declaration.body, scope, place));
      }
      // The layer's arguments may make no weights here: it is the application below that fills the place.
      const value = evaluateBody(this, declaration.body, scope, nowhere());
      if (value.kind === "layer") return this.apply(value.layer, input, at, true, span);
      if (value.kind === "unknown") return unknown;
      return this.report("type/block-needs-layer", { actual: describe(value) }, declaration.body.span);
    });
  }

  #takes(declaration: BlockDeclaration | FunctionDeclaration, input: Value, span: Span): boolean {
    return this.#bindInputs(declaration, input, undefined, span);
  }

  /** Binds the tensors after `on`; false where their number does not fit (reported). */
  #bindInputs(
    declaration: BlockDeclaration | FunctionDeclaration,
    input: Value,
    scope: Scope | undefined,
    span: Span,
  ): boolean {
    const names = declaration.inputs ?? [];
    const inputs = flattenInputs(this, input, span);
    if (inputs === undefined) return false;
    const isUnknown = inputs.length === 1 && inputs[0]?.kind === "unknown";
    if (inputs.length !== names.length && !isUnknown) {
      const expected = names.map((name) => name.text).join(", ");
      const holes = { callee: declaration.name.text, expected, count: names.length, actual: inputs.length };
      this.report("type/wrong-input-count", holes, span);
      return false;
    }
    for (const [i, name] of names.entries()) scope?.bind(name.text, inputs[i] ?? unknown, name.span);
    return true;
  }

  callFunction(
    declaration: FunctionDeclaration,
    module: Module,
    values: ReadonlyMap<string, Value>,
    inputs: readonly Value[],
    at: PathScope,
    span: Span,
  ): Value {
    if (this.#facts.isRecursive(declaration)) return unknown;
    const input: Value = inputs.length === 1 ? (inputs[0] ?? unknown) : { kind: "tuple", items: inputs };
    const isAbstract = this.network === undefined && (inputs.length > 0 || [...values.values()].some(isPartlyUnknown));
    if (isAbstract) {
      const fits = declaration.inputs === undefined || this.#takes(declaration, input, span);
      return fits ? this.#facts.resultOf(declaration) : unknown;
    }
    return this.within(declaration, span, () => {
      const scope = scopeOf(declaration, module, values);
      if (declaration.inputs !== undefined && !this.#bindInputs(declaration, input, scope, span)) return unknown;
      return evaluateBody(this, declaration.body, scope, { here: at, body: at, isOwn: false });
    });
  }

  constant(named: NamedDeclaration): Value {
    return this.#facts.constant(named);
  }

  within(declaration: BlockDeclaration | FunctionDeclaration, span: Span, body: () => Value): Value {
    if (this.#facts.isRecursive(declaration)) return unknown;
    const what = declaration.kind === "BlockDeclaration" ? "block" : "function";
    if (this.#chain.length >= limits.instantiationDepth) {
      return this.report("limit/nested-too-deep", { limit: limits.instantiationDepth }, span);
    }
    this.#chain.push({ message: `in ${what} ${declaration.name.text}, used here`, span });
    const value = body();
    this.#chain.pop();
    return value;
  }

  typeOf(value: Value): TensorType | undefined {
    if (value.kind !== "tensor" || value.value === undefined) return undefined;
    return this.network?.typeOf(value.value);
  }

  weight(request: WeightRequest): ValueId {
    return this.#weightAt(request, this.#sharing.length - 1);
  }

  /** Asks the innermost shared layer first; what it has not recorded yet, the one around it, and at last the network. */
  #weightAt(request: WeightRequest, depth: number): ValueId {
    invariant(this.network !== undefined, "a weight without a network", request.span);
    const frame = this.#sharing[depth];
    if (frame === undefined) return this.network.slot(request);
    const recorded = frame.recorded?.[frame.slots.length];
    const value = recorded ?? this.#weightAt(request, depth - 1);
    const known = this.network.typeOf(value);
    if (!sameShape(known.shape, request.type.shape)) {
      this.report("shape/shared-weights-differ", { first: known.shape, now: request.type.shape }, request.span);
    }
    frame.slots.push(value);
    return value;
  }

  sharing(recorded: ValueId[] | undefined, body: () => Value): { readonly result: Value; readonly slots: ValueId[] } {
    const frame: Sharing = { recorded, slots: [] };
    this.#sharing.push(frame);
    const result = body();
    this.#sharing.pop();
    return { result, slots: frame.slots };
  }
}

/** A body's scope: the parameters, by name. */
function scopeOf(
  declaration: BlockDeclaration | FunctionDeclaration,
  module: Module,
  values: ReadonlyMap<string, Value>,
): Scope {
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
      return value.value === undefined;
    case "batch":
      return value.factor === undefined;
    case "list":
    case "tuple":
      return value.items === undefined || value.items.some(isPartlyUnknown);
    case "tensor":
      return value.value === undefined;
    case "layer":
      return value.layer.kind === "opaque";
    default:
      return false;
  }
}
