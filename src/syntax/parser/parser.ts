import type { ISerializedGast, IToken } from "chevrotain";
import type { SourceTree } from "../ast.js";
import type { Classified } from "../classify.js";
import { type Reports, reportExceptions } from "../parse-errors.js";
import { bracketRules } from "./bracket-rules.js";
import { declarationRules } from "./declaration-rules.js";
import { expressionRules } from "./expression-rules.js";
import { fileRules } from "./file-rules.js";
import { modelRules } from "./model-rules.js";
import { operationRules } from "./operation-rules.js";
import { parameterRules } from "./parameter-rules.js";
import { Parsing } from "./parsing.js";
import { recipeRules } from "./recipe-rules.js";
import type { Rules } from "./rules.js";
import { statementRules } from "./statement-rules.js";

/** All rules, in the order in which the grammar is shown. They look each other up in what is returned, once it is whole. */
function rulesOver(parsing: Parsing): Rules {
  const rules = {} as Rules;
  return Object.assign(
    rules,
    expressionRules(parsing, rules),
    operationRules(parsing, rules),
    bracketRules(parsing, rules),
    parameterRules(parsing, rules),
    statementRules(parsing, rules),
    declarationRules(parsing, rules),
    modelRules(parsing, rules),
    recipeRules(parsing, rules),
    fileRules(parsing, rules),
  ) satisfies Rules;
}

export class LferParser {
  readonly #parsing: Parsing;
  readonly #rules: Rules;

  /** With `validate` Chevrotain looks whether the grammar is a sound one, and throws where not. */
  constructor(validate: boolean) {
    this.#parsing = new Parsing(validate);
    this.#rules = rulesOver(this.#parsing);
    this.#parsing.grammar.performSelfAnalysis();
  }

  /** The grammar as Chevrotain recorded it. */
  get productions(): readonly ISerializedGast[] {
    return this.#parsing.grammar.getSerializedGastProductions();
  }

  /** The tree of `source`; what is wrong goes to `reports`. */
  parse(file: string, text: string, reports: Reports, source: Classified, docs: readonly IToken[]): SourceTree {
    const { grammar } = this.#parsing;
    this.#parsing.begin(file, text, reports, source, docs);
    try {
      const tree: SourceTree | undefined = this.#rules.sourceTree.call(grammar);
      reportExceptions(reports, grammar.errors, text.length);
      const empty = { edition: undefined, imports: [], declarations: [] };
      return tree ?? { kind: "SourceTree", file, ...empty, span: reports.span(0, text.length) };
    } finally {
      this.#parsing.begin();
    }
  }
}
