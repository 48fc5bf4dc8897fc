import type { DiagnosticCode, Holes, Problem, Related } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type { ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import type { RecipeSignature } from "../recipe/signature.js";
import type { BlockDeclaration, FunctionDeclaration } from "../syntax/ast.js";
import type { Expression } from "../syntax/ast-expressions.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import type { Network, WeightRequest } from "./network.js";
import type { PathScope } from "./path-scope.js";
import type { Reporter } from "./reporter.js";
import type { Scope } from "./scope.js";
import type { WeightSharing } from "./sharing.js";
import type { BlockLayer, FunctionUse, Layer, NamedLayer, UnknownValue, Value } from "./values.js";

/** Where in the tree of names things are made. */
export interface Place {
  /** Where stages without a name of their own go: the binding's place. */
  readonly here: PathScope;
  /** Where `as` names go: the body's place. */
  readonly body: PathScope;
  /** `here` was made for this very expression: a pipe with a single layer that has weights gives it the place itself. */
  readonly isOwn: boolean;
}

/** How an expression is tried out. */
export interface Trial {
  /** As they are written, or all as floats: `1/255` is no int. */
  readonly numbers: "as written" | "floats";
}

export interface TrialResult {
  readonly value: Value;
  /** It means something: nothing but numbers or sizes are wrong in it, if anything is. */
  readonly isSound: boolean;
}

/**
 * One evaluation: of a declaration by itself (`network` is undefined, parameters and shapes are unknown) or of a model
 * (`network` takes the nodes). Constructs live in files of their own and call each other through this.
 */
export interface Context {
  readonly reporter: Reporter;
  readonly facts: DeclarationFacts;
  readonly network: Network | undefined;
  /** The constant `training`; undefined while a declaration is looked at by itself. */
  readonly training: boolean | undefined;
  /** What else a recipe's expressions may name; undefined outside of recipes. */
  readonly things: ReadonlyMap<string, RecipeSignature> | undefined;
  /** In a recipe's loss: the student's labels, which its classes are in the order of; "unnamed" where it has none. */
  readonly classes: readonly string[] | "unnamed" | undefined;
  /** Blocks and functions being instantiated, and the variant that all is part of: outermost first. */
  readonly chain: readonly Related[];
  /** A function's inside is evaluated: nothing there may make weights. */
  readonly isPure: boolean;

  /** Reports a mistake, with the chain of blocks it happened in; gives the value to go on with. */
  report<C extends DiagnosticCode>(code: C, holes: Holes<C>, span: Span, related?: readonly Related[]): UnknownValue;
  /** The same for what a pure rule found wrong. */
  reportProblem(problem: Problem, span: Span): UnknownValue;

  /** Counts steps of work, one unless told; false once the limit is passed (reported once). */
  spend(span: Span, steps?: number): boolean;
  /** Runs `body` for its names and types only: what is wrong with its numbers and shapes is not said, it is never used. */
  typeOnly(body: () => Value): Value;

  evaluate(expression: Expression, scope: Scope, place: Place): Value;
  /** What an expression would be that is not part of the file: nothing is reported, nothing made. */
  tryOut(expression: Expression, scope: Scope, numbers?: Trial["numbers"]): TrialResult;
  /** The layer that a stage's expression stands for, or undefined when it is none (reported). */
  layerOf(expression: Expression, scope: Scope, place: Place): NamedLayer | undefined;
  /** Applies a layer. `named`: `at` is the place of this very layer, not one to make its place in. */
  apply(layer: Layer, input: Value, at: PathScope, named: boolean, span: Span): Value;
  /** Calls a function; `inputs` are the tensors after its `on`. */
  callFunction(layer: FunctionUse, inputs: readonly Value[], at: PathScope, span: Span): Value;
  /** Makes a block's inside: fresh weights, from arguments and input. */
  instantiate(layer: BlockLayer, input: Value, at: PathScope, span: Span): Value;
  /** Runs `body` as the inside of a block or function, used at `span`: for the chain and the depth limit. */
  within(declaration: BlockDeclaration | FunctionDeclaration, span: Span, body: () => Value): Value;

  /** Runs `body` with one more link in the chain. */
  inside<T>(link: Related, body: () => T): T;

  /** The type of a tensor, or undefined when it is not known. */
  typeOf(value: Value): TensorType | undefined;
  /** A weight for the layer being made: fresh, or the shared one. */
  weight(request: WeightRequest): ValueId;
  readonly sharing: WeightSharing;
}
