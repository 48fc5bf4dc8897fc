import type { BlockDeclaration, Declaration, FunctionDeclaration, ModelDeclaration } from "../../syntax/ast.js";
import { nowhere, unknownParameters } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { Evaluator } from "../expressions/evaluator.js";
import { evaluateBody, evaluateStatement, requireTensors } from "../expressions/statements.js";
import { MadeBlocks } from "../made-blocks.js";
import { MadeModels } from "../made-models.js";
import { isDamaged, isStandard, type Module, type NamedDeclaration } from "../module.js";
import { orderDeclarations } from "../names/declaration-order.js";
import type { Program } from "../names/program.js";
import type { Reporter } from "../reporter.js";
import { Scope } from "../scope.js";
import { unknown, unknownTensor, type Value } from "../values.js";
import { Work } from "../work.js";
import { evaluateInputs, evaluateOutputs } from "./model-io.js";

/** Evaluates every declaration once on its own, with unknown arguments: checks names, types and arguments. */
export class Declarations implements DeclarationFacts {
  readonly work = new Work();
  readonly models = new MadeModels();
  readonly blocks = new MadeBlocks();
  readonly #reporter: Reporter;
  readonly #order: readonly NamedDeclaration[];
  readonly #recursive: ReadonlySet<unknown>;
  readonly #modules = new Map<Declaration, Module>();
  readonly #checked = new Set<ModelDeclaration>();
  readonly #results = new Map<unknown, Value>();
  readonly #constants = new Map<unknown, Value>();

  constructor(program: Program, reporter: Reporter) {
    this.#reporter = reporter;
    const { order, recursive } = orderDeclarations(program.modules, reporter);
    this.#order = order;
    this.#recursive = recursive;
    for (const module of program.modules) {
      for (const declaration of module.tree.declarations) this.#modules.set(declaration, module);
    }
  }

  isRecursive(declaration: Declaration): boolean {
    return this.#recursive.has(declaration);
  }

  resultOf(declaration: BlockDeclaration | FunctionDeclaration): Value {
    const known = this.#results.get(declaration);
    if (known !== undefined) return known;
    const module = this.#modules.get(declaration);
    // A remark that looks like code is not part of the tree, so that evaluating it can lead back here.
    this.#results.set(declaration, unknown);
    const result =
      module === undefined || this.isRecursive(declaration) ? unknown : this.#evaluate(declaration, module);
    this.#results.set(declaration, result);
    return result;
  }

  constant(named: NamedDeclaration): Value {
    const { declaration, module } = named;
    const known = this.#constants.get(declaration);
    if (known !== undefined) return known;
    this.#constants.set(declaration, unknown);
    if (declaration.kind !== "ConstDeclaration" || this.#recursive.has(declaration)) return unknown;
    const evaluator = new Evaluator(this.#reporter, this);
    const value = evaluator.evaluate(declaration.value, new Scope(module), nowhere());
    if (!isDamaged(named)) this.#constants.set(declaration, value);
    return value;
  }

  /**
   * Checks all declarations in the order of their dependencies; recipes and checks have their own passes. Declarations of the standard
   * library are checked only when they are used: test/std/declarations.test.ts checks all of them.
   */
  check(): void {
    const inOrder = new Map<Declaration, Module>(this.#order.map(({ declaration, module }) => [declaration, module]));
    // Declarations whose name was already taken are not in `#order`.
    for (const [declaration, module] of [...inOrder, ...this.#modules]) {
      if (isStandard(module)) continue;
      if (this.#reporter.isFull) return;
      switch (declaration.kind) {
        case "ConstDeclaration":
          this.constant({ declaration, module });
          break;
        case "BlockDeclaration":
        case "FunctionDeclaration":
          this.resultOf(declaration);
          break;
        case "ModelDeclaration":
          if (!this.#checked.has(declaration)) this.#checkModel(declaration, module);
          this.#checked.add(declaration);
          break;
        default:
      }
    }
  }

  #evaluate(declaration: BlockDeclaration | FunctionDeclaration, module: Module): Value {
    const evaluator = new Evaluator(this.#reporter, this, { isPure: declaration.kind === "FunctionDeclaration" });
    const scope = new Scope(module);
    unknownParameters(evaluator, declaration.parameters, scope);
    for (const { text: name, span } of declaration.inputs ?? []) {
      const earlier = scope.ownSpan(name);
      if (earlier !== undefined) {
        const related = [{ message: `"${name}" is first here`, span: earlier }];
        evaluator.report("resolve/duplicate-name", { name }, span, related);
      }
      scope.bind(name, unknownTensor, span);
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
    if (declaration.statements.every((statement) => evaluateStatement(evaluator, statement, scope, place))) {
      evaluateOutputs(evaluator, declaration, scope, place);
    }
  }
}
