import type { ISerializedGast, IToken, TokenType } from "chevrotain";
import type { SourceTree } from "../ast.js";
import type { Classified } from "../classify.js";
import { type Reports, reportExceptions } from "../parse-errors.js";
import { allowanceRules } from "./allowance-rules.js";
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

/** All rules, in the order of the printed grammar. They refer to each other through the returned object, once it is complete. */
function rulesOver(parsing: Parsing): Rules {
  const rules = {} as Rules;
  return Object.assign(
    rules,
    expressionRules(parsing, rules),
    operationRules(parsing, rules),
    bracketRules(parsing, rules),
    parameterRules(parsing, rules),
    allowanceRules(parsing, rules),
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

  /** With `validate`, Chevrotain records and checks the grammar, and throws if it is invalid. */
  constructor(validate: boolean) {
    this.#parsing = new Parsing(validate);
    this.#rules = rulesOver(this.#parsing);
    if (validate) this.#parsing.grammar.performSelfAnalysis();
    else this.#parsing.grammar.takeLookAhead();
  }

  /** The grammar as Chevrotain recorded it, with `validate`. */
  get productions(): readonly ISerializedGast[] {
    return this.#parsing.grammar.getSerializedGastProductions();
  }

  /** The result of each look-ahead function, by its key, if the next token has this type. */
  decisionsAt(type: TokenType): ReadonlyMap<number, number | boolean | undefined> {
    return this.#parsing.grammar.decisionsAt(type);
  }

  /** The tree of `source`; errors go to `reports`. */
  parse(file: string, text: string, reports: Reports, source: Classified, docs: readonly IToken[]): SourceTree {
    const { grammar } = this.#parsing;
    this.#parsing.begin(file, text, reports, source, docs);
    try {
      const tree: SourceTree | undefined = this.#rules.sourceTree.call(grammar);
      reportExceptions(reports, grammar.errors, text.length);
      const empty = { edition: undefined, imports: [], declarations: [], allowances: [] };
      return tree ?? { kind: "SourceTree", file, ...empty, span: reports.span(0, text.length) };
    } finally {
      this.#parsing.begin();
    }
  }
}
