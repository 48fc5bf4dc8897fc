import {
  type Diagnostic,
  type DiagnosticCode,
  diagnose,
  type Holes,
  type Problem,
  type Related,
} from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { Span } from "../../diagnostics/span.js";
import type { ValueId } from "../../ir/graph.js";
import { sameShape, type TensorType } from "../../ir/shape.js";
import type { RecipeSignature } from "../../recipe/signature.js";
import type { BlockDeclaration, FunctionDeclaration } from "../../syntax/ast.js";
import type { Expression } from "../../syntax/ast-expressions.js";
import { isTime } from "../../syntax/literals.js";
import { applyLayer } from "../calls/apply-layer.js";
import { evaluateCall, evaluateName, layerOf } from "../calls/calls.js";
import { nowhere } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { Context, Place, Trial, TrialResult } from "../context.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { limits } from "../limits.js";
import type { Network, WeightRequest } from "../network.js";
import type { PathScope } from "../path-scope.js";
import { Reporter } from "../reporter.js";
import type { Scope } from "../scope.js";
import { WeightSharing } from "../sharing.js";
import {
  type BlockLayer,
  bool,
  type FunctionUse,
  float,
  int,
  string,
  type UnknownValue,
  unknown,
  type Value,
} from "../values.js";
import { evaluateIf } from "./conditionals.js";
import { refuseDivision } from "./floor-divisions.js";
import { callFunction, instantiateBlock } from "./instantiation.js";
import { evaluateFor, evaluateIndex, evaluateList, evaluateRange, evaluateTuple } from "./lists.js";
import { evaluateBinary, evaluateUnary } from "./operators.js";
import { evaluatePipe } from "./pipes.js";

type CompoundExpression = Exclude<
  Expression,
  { readonly kind: `${string}Literal` } | { readonly kind: "MissingExpression" }
>;

export interface EvaluatorOptions {
  readonly network?: Network;
  readonly training?: boolean;
  readonly things?: ReadonlyMap<string, RecipeSignature>;
  /** In a recipe's loss: the student's labels, which define the order of classes; "unnamed" if it has none. */
  readonly classes?: readonly string[] | "unnamed";
  /** The surrounding variant, if messages should mention it. */
  readonly inside?: Related | undefined;
  /** A function's body is evaluated. */
  readonly isPure?: boolean;
  /** A comment is evaluated, to find out what it would be as code. */
  readonly trial?: Trial;
}

const isAboutValues = (code: string): boolean => code.startsWith("value/") || code.startsWith("shape/");

/** Connects the files of the constructs; {@link Context} documents each method. */
export class Evaluator implements Context {
  readonly reporter: Reporter;
  readonly network: Network | undefined;
  readonly things: ReadonlyMap<string, RecipeSignature> | undefined;
  readonly classes: readonly string[] | "unnamed" | undefined;
  readonly facts: DeclarationFacts;
  readonly sharing = new WeightSharing();
  readonly #chain: Related[] = [];
  readonly #trial: Trial | undefined;
  readonly #training: boolean | undefined;
  asksTraining = false;
  #isPure: boolean;
  #isTypeOnly = false;

  constructor(reporter: Reporter, facts: DeclarationFacts, options: EvaluatorOptions = {}) {
    this.reporter = reporter;
    this.facts = facts;
    this.#isPure = options.isPure === true;
    this.#trial = options.trial;
    this.network = options.network;
    this.#training = options.training;
    this.things = options.things;
    this.classes = options.classes;
    if (options.inside !== undefined) this.#chain.push(options.inside);
  }

  get training(): boolean | undefined {
    this.asksTraining = true;
    return this.#training;
  }

  get chain(): readonly Related[] {
    return this.#chain;
  }

  get isPure(): boolean {
    return this.#isPure;
  }

  report<C extends DiagnosticCode>(
    code: C,
    holes: Holes<C>,
    span: Span,
    related: readonly Related[] = [],
  ): UnknownValue {
    return this.#add(diagnose(code, holes, { span, related: [...related, ...this.#innermostFirst()] }));
  }

  reportProblem(problem: Problem, span: Span): UnknownValue {
    return this.#add(problem.diagnose({ span, related: this.#innermostFirst() }));
  }

  #add(diagnostic: Diagnostic): UnknownValue {
    if (!(this.#isTypeOnly && isAboutValues(diagnostic.code))) this.reporter.add(diagnostic);
    return unknown;
  }

  typeOnly(body: () => Value): Value {
    const before = this.#isTypeOnly;
    this.#isTypeOnly = true;
    const value = body();
    this.#isTypeOnly = before;
    return value;
  }

  #innermostFirst(): readonly Related[] {
    return [...this.#chain].reverse();
  }

  spend(span: Span, steps = 1): boolean {
    if (this.reporter.isFull) return false;
    const answer = this.facts.work.spend(steps);
    if (answer === "spent") this.report("limit/too-much-work", { limit: limits.steps }, span);
    return answer === "fine";
  }

  /** Enters one more level, if stack depth and work allow; call `facts.work.leave()` after each call that returned true. */
  #enter(span: Span): boolean {
    if (!this.spend(span)) return false;
    if (this.facts.work.enter()) return true;
    this.report("limit/nested-too-deep", { limit: limits.depth }, span);
    return false;
  }

  evaluate(expression: Expression, scope: Scope, place: Place): Value {
    const value = this.#value(expression, scope, place);
    if (scope.module.divisions.size > 0 && this.#trial === undefined) refuseDivision(this, expression, value, scope);
    return value;
  }

  tryOut(expression: Expression, scope: Scope, numbers: Trial["numbers"] = "as written"): TrialResult {
    const { training, things } = this;
    const reporter = new Reporter();
    const trial = new Evaluator(reporter, this.facts, {
      trial: { numbers },
      ...(training === undefined ? {} : { training }),
      ...(things === undefined ? {} : { things }),
    });
    const value = trial.evaluate(expression, scope, nowhere());
    const codes = reporter.diagnostics.map(({ code }) => code);
    // An unknown value without a reason follows from another error.
    return { value, isSound: codes.every(isAboutValues) && (value.kind !== "unknown" || codes.length > 0) };
  }

  #value(expression: Expression, scope: Scope, place: Place): Value {
    switch (expression.kind) {
      case "NumberLiteral":
        if (isTime(expression.text)) {
          return this.report("type/time-outside-check", { time: expression.text }, expression.span);
        }
        return expression.isInteger && this.#trial?.numbers !== "floats"
          ? int(expression.value)
          : float(expression.value);
      case "StringLiteral":
        return string(expression.value);
      case "BooleanLiteral":
        return bool(expression.value);
      case "BatchLiteral":
        return { kind: "batch", factor: 1 };
      case "MissingExpression":
        return unknown;
      default: {
        if (!this.#enter(expression.span)) return unknown;
        const value = this.#compound(expression, scope, place);
        this.facts.work.leave();
        return value;
      }
    }
  }

  #compound(expression: CompoundExpression, scope: Scope, place: Place): Value {
    if (expression.kind === "IfExpression") return evaluateIf(this, expression, scope, place);
    if (expression.kind === "PipeExpression") return evaluatePipe(this, expression, scope, place);
    const inner = place.isOwn ? { ...place, isOwn: false } : place;
    switch (expression.kind) {
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
        return evaluateTuple(this, expression.items, expression.span, scope, inner);
      case "FieldExpression":
        return this.#evaluateField(expression, scope, inner);
    }
  }

  /** Only names in recipes have fields: `student.logits`. */
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
    if (!this.#enter(span)) return unknown;
    const value = applyLayer(this, layer, input, at, named, span);
    this.facts.work.leave();
    return value;
  }

  instantiate(block: BlockLayer, input: Value, at: PathScope, span: Span): Value {
    return instantiateBlock(this, block, input, at, span);
  }

  callFunction(use: FunctionUse, inputs: readonly Value[], at: PathScope, span: Span): Value {
    return callFunction(this, use, inputs, at, span);
  }

  within(declaration: BlockDeclaration | FunctionDeclaration, span: Span, body: () => Value): Value {
    if (this.facts.isRecursive(declaration)) return unknown;
    if (this.#chain.length >= limits.instantiationDepth) {
      return this.report("limit/nested-too-deep", { limit: limits.instantiationDepth }, span);
    }
    const isFunction = declaration.kind === "FunctionDeclaration";
    const message = `in ${isFunction ? "function" : "block"} ${declaration.name.text}, used here`;
    const wasPure = this.#isPure;
    this.#isPure ||= isFunction;
    const value = this.inside({ message, span }, body);
    this.#isPure = wasPure;
    return value;
  }

  inside<T>(link: Related, body: () => T): T {
    this.#chain.push(link);
    const result = body();
    this.#chain.pop();
    return result;
  }

  typeOf(value: Value): TensorType | undefined {
    if (value.kind !== "tensor" || value.value === undefined) return undefined;
    return this.network?.typeOf(value.value);
  }

  weight(request: WeightRequest): ValueId {
    invariant(this.network !== undefined, "a weight without a network", request.span);
    const next = this.sharing.next();
    const value = typeof next === "number" ? next : this.network.slot(request);
    if (next === "surplus") this.report("shape/shared-weights-surplus", { now: request.type.shape }, request.span);
    const { shape } = this.network.typeOf(value);
    if (!sameShape(shape, request.type.shape)) {
      this.report("shape/shared-weights-differ", { first: shape, now: request.type.shape }, request.span);
    }
    this.sharing.record(value);
    return value;
  }
}
