import type { BlockDeclaration, FunctionDeclaration, ModelDeclaration } from "../syntax/ast.js";
import { nowhere, unknownParameters } from "./declared-parameters.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { Evaluator } from "./evaluator.js";
import { evaluateInputs, evaluateOutputs } from "./model-io.js";
import type { Module, NamedDeclaration, Program } from "./program.js";
import { findRecursion } from "./recursion.js";
import type { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { describe } from "./signature.js";
import { evaluateBody, evaluateStatement, requireTensors } from "./statements.js";
import { unknown, unknownTensor, type Value } from "./values.js";

/** Evaluates every declaration once by itself, with nothing known: names, types and arguments are checked here. */
export class Declarations implements DeclarationFacts {
  readonly #reporter: Reporter;
  readonly #recursive: ReadonlySet<unknown>;
  readonly #modules = new Map<unknown, Module>();
  readonly #results = new Map<unknown, Value>();
  readonly #constants = new Map<unknown, Value>();

  constructor(program: Program, reporter: Reporter) {
    this.#reporter = reporter;
    this.#recursive = findRecursion(program.modules, reporter);
    for (const module of program.modules) {
      for (const declaration of module.tree.declarations) this.#modules.set(declaration, module);
    }
  }

  isRecursive(declaration: BlockDeclaration | FunctionDeclaration): boolean {
    return this.#recursive.has(declaration);
  }

  resultOf(declaration: BlockDeclaration | FunctionDeclaration): Value {
    const known = this.#results.get(declaration);
    if (known !== undefined) return known;
    const module = this.#modules.get(declaration);
    const result = module === undefined || this.isRecursive(declaration) ? unknown : this.#evaluate(declaration, module);
    this.#results.set(declaration, result);
    return result;
  }

  constant({ declaration, module }: NamedDeclaration): Value {
    const known = this.#constants.get(declaration);
    if (known !== undefined) return known;
    this.#constants.set(declaration, unknown);
    if (declaration.kind !== "ConstDeclaration" || this.#recursive.has(declaration)) return unknown;
    const evaluator = new Evaluator(this.#reporter, this);
    const value = evaluator.evaluate(declaration.value, new Scope(module), nowhere());
    this.#constants.set(declaration, value);
    return value;
  }

  /** Checks everything that a file declares; recipes and checks have passes of their own. */
  checkModule(module: Module): void {
    for (const declaration of module.tree.declarations) {
      switch (declaration.kind) {
        case "ConstDeclaration":
          this.constant({ declaration, module });
          break;
        case "BlockDeclaration":
        case "FunctionDeclaration":
          this.resultOf(declaration);
          break;
        case "ModelDeclaration":
          this.#checkModel(declaration, module);
          break;
        default:
      }
    }
  }

  #evaluate(declaration: BlockDeclaration | FunctionDeclaration, module: Module): Value {
    const evaluator = new Evaluator(this.#reporter, this);
    const scope = new Scope(module);
    unknownParameters(evaluator, declaration.parameters, scope);
    for (const { text: name, span } of declaration.inputs ?? []) {
      const earlier = scope.ownSpan(name);
      if (earlier === undefined) scope.bind(name, unknownTensor, span);
      else {
        const related = [{ message: `"${name}" is first here`, span: earlier }];
        evaluator.report("resolve/duplicate-name", { name }, span, related);
      }
    }
    const value = evaluateBody(evaluator, declaration.body, scope, nowhere());
    if (declaration.kind === "FunctionDeclaration") return value;
    if (declaration.inputs !== undefined) return requireTensors(evaluator, declaration, value);
    if (value.kind === "layer") {
      const place = nowhere();
      return evaluator.apply(value.layer, unknown, place.here, true, declaration.body.span);
    }
    if (value.kind === "unknown") return unknown;
    return evaluator.report("type/block-needs-layer", { actual: describe(value) }, declaration.body.span);
  }

  #checkModel(declaration: ModelDeclaration, module: Module): void {
    const evaluator = new Evaluator(this.#reporter, this);
    const scope = new Scope(module);
    const place = nowhere();
    unknownParameters(evaluator, declaration.parameters, scope);
    evaluateInputs(evaluator, declaration, scope, place);
    for (const statement of declaration.statements) evaluateStatement(evaluator, statement, scope, place);
    evaluateOutputs(evaluator, declaration, scope, place);
  }
}
