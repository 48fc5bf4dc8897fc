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

/** Scopes for the names of new layers. */
export interface Place {
  /** The scope of stages without a name: that of the binding. */
  readonly here: PathScope;
  /** The scope of `as` names: that of the body. */
  readonly body: PathScope;
  /**
   * Whether `here` belongs to this expression alone: in a pipe with one layer that has weights, the layer takes this scope
   * itself.
   */
  readonly isOwn: boolean;
}

/** The result of evaluating an expression on trial. */
export interface Trial {
  /** Numbers as written, or all as floats: `1/255` is not an int. */
  readonly numbers: "as written" | "floats";
}

export interface TrialResult {
  readonly value: Value;
  /** Whether the expression makes sense: it has no errors, except wrong numbers or sizes. */
  readonly isSound: boolean;
}

/**
 * One evaluation: of a declaration by itself (`network` is undefined, parameters and shapes are unknown) or of a model
 * (`network` receives the nodes). Each construct has its own file; they call each other through this interface.
 */
export interface Context {
  readonly reporter: Reporter;
  readonly facts: DeclarationFacts;
  readonly network: Network | undefined;
  /** The constant `training`; undefined if a declaration is evaluated by itself. */
  readonly training: boolean | undefined;
  /** Whether anything so far has asked for `training`. */
  asksTraining: boolean;
  /** Further names in a recipe's expressions; undefined outside of recipes. */
  readonly things: ReadonlyMap<string, RecipeSignature> | undefined;
  /** In a recipe's loss: the student's labels, which define the order of classes; "unnamed" if it has none. */
  readonly classes: readonly string[] | "unnamed" | undefined;
  /** The blocks and functions being instantiated, and the variant around them: outermost first. */
  readonly chain: readonly Related[];
  /** Inside a function, where no weights may be made. */
  readonly isPure: boolean;

  /** Reports an error with the chain of blocks around it; returns the value to continue with. */
  report<C extends DiagnosticCode>(code: C, holes: Holes<C>, span: Span, related?: readonly Related[]): UnknownValue;
  /** The same for a problem that a pure function returned. */
  reportProblem(problem: Problem, span: Span): UnknownValue;

  /** Counts steps of work (default 1); false after the limit is exceeded (reported once). */
  spend(span: Span, steps?: number): boolean;
  /** Runs `body` for its names and types only. Errors in numbers and shapes are not reported; the result is never used. */
  typeOnly(body: () => Value): Value;

  evaluate(expression: Expression, scope: Scope, place: Place): Value;
  /** Evaluates an expression that is not part of the file: reports nothing, makes nothing. */
  tryOut(expression: Expression, scope: Scope, numbers?: Trial["numbers"]): TrialResult;
  /** The layer that a stage's expression evaluates to, or undefined if it is not one (reported). */
  layerOf(expression: Expression, scope: Scope, place: Place): NamedLayer | undefined;
  /** Applies a layer. `named`: `at` is the scope of this layer itself, not its parent. */
  apply(layer: Layer, input: Value, at: PathScope, named: boolean, span: Span): Value;
  /** Calls a function; `inputs` are the tensors after its `on`. */
  callFunction(layer: FunctionUse, inputs: readonly Value[], at: PathScope, span: Span): Value;
  /** Instantiates a block's body with new weights, from arguments and input. */
  instantiate(layer: BlockLayer, input: Value, at: PathScope, span: Span): Value;
  /** Runs `body` inside a block or function that is used at `span`; maintains the chain and the depth limit. */
  within(declaration: BlockDeclaration | FunctionDeclaration, span: Span, body: () => Value): Value;

  /** Runs `body` with one more entry in the chain. */
  inside<T>(link: Related, body: () => T): T;

  /** The type of a tensor, or undefined if unknown. */
  typeOf(value: Value): TensorType | undefined;
  /** A weight for the current layer: a new one, or the shared one. */
  weight(request: WeightRequest): ValueId;
  readonly sharing: WeightSharing;
}
