import type {
  BlockDeclaration,
  Body,
  CheckClaim,
  CheckDeclaration,
  ConstDeclaration,
  Declaration,
  FunctionDeclaration,
  InputDeclaration,
  ModelDeclaration,
  OutputDeclaration,
  RecipeDeclaration,
  RecipeEntry,
  Statement,
  VariantDeclaration,
} from "./ast.js";
import type { Expression, Identifier } from "./ast-expressions.js";
import { beginsDeclaration, beginsStatement } from "./classify.js";
import { identifier } from "./expression-guards.js";
import { MemberParser } from "./member-parser.js";
import { comparisonPrecedence, precedenceOf } from "./operators.js";
import {
  Binding,
  Block,
  Check,
  Comma,
  Const,
  Equals,
  Fn,
  Input,
  LeftCurly,
  Model,
  Name,
  On,
  Output,
  Recipe,
  RightCurly,
  Variant,
  Within,
} from "./tokens.js";

/** The rules of declarations. */
export abstract class DeclarationParser extends MemberParser {
  protected readonly declaration = this.RULE("declaration", (): Declaration => {
    const ARGS: [string | undefined] = [this.ACTION(() => this.takeDoc())];
    return this.OR<Declaration>([
      { ALT: () => this.SUBRULE(this.constDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.blockDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.functionDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.modelDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.variantDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.recipeDeclaration, { ARGS }) },
      { ALT: () => this.SUBRULE(this.checkDeclaration, { ARGS }) },
    ]);
  });

  protected readonly constDeclaration = this.RULE("const", (doc: string | undefined): ConstDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Const);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the constant"] });
    this.ACTION(() => this.mendEquals());
    this.CONSUME(Equals);
    const value = this.SUBRULE(this.expression);
    return { kind: "ConstDeclaration", doc, name, value, span: this.spanFrom(start) };
  });

  protected readonly blockDeclaration = this.RULE("block", (doc: string | undefined): BlockDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Block);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the block"] });
    const parameters = this.OPTION(() => this.SUBRULE(this.params)) ?? [];
    const odd = this.ACTION(() => this.#oddBlockBody());
    let inputs: Identifier[] | undefined = odd === undefined ? undefined : [];
    const body =
      odd ??
      this.OR<Expression | Body>([
        {
          ALT: () => {
            this.CONSUME(Equals);
            return this.SUBRULE(this.expression);
          },
        },
        {
          ALT: () => {
            this.CONSUME(On);
            inputs = this.SUBRULE(this.names, { ARGS: ["a name for the tensor"] });
            return (
              this.ACTION(() => this.#oddBodyAfterTensors()) ??
              this.OR2<Expression | Body>([
                {
                  ALT: () => {
                    this.CONSUME2(Equals);
                    return this.SUBRULE2(this.expression);
                  },
                },
                { ALT: () => this.SUBRULE(this.body) },
              ])
            );
          },
        },
      ]);
    return { kind: "BlockDeclaration", doc, name, parameters, inputs, body, span: this.spanFrom(start) };
  });

  protected readonly functionDeclaration = this.RULE("function", (doc: string | undefined): FunctionDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Fn);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the function"] });
    const parameters = this.OPTION(() => this.SUBRULE(this.params)) ?? [];
    const inputs = this.OPTION2(() => {
      this.CONSUME(On);
      return this.SUBRULE(this.names, { ARGS: ["a name for the tensor"] });
    });
    const body =
      this.ACTION(() => this.#oddBodyAfterTensors()) ??
      this.OR<Expression | Body>([
        {
          ALT: () => {
            this.CONSUME(Equals);
            return this.SUBRULE(this.expression);
          },
        },
        { ALT: () => this.SUBRULE(this.body) },
      ]);
    return { kind: "FunctionDeclaration", doc, name, parameters, inputs, body, span: this.spanFrom(start) };
  });

  protected readonly modelDeclaration = this.RULE("model", (doc: string | undefined): ModelDeclaration => {
    const start = this.startOffset;
    const inputs: InputDeclaration[] = [];
    const statements: Statement[] = [];
    const outputs: OutputDeclaration[] = [];
    this.CONSUME(Model);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the model"] });
    const parameters = this.OPTION(() => this.SUBRULE(this.params)) ?? [];
    this.open(this.LA(1), RightCurly);
    this.CONSUME(LeftCurly);
    this.ACTION(() => this.settle("model"));
    if (this.ACTION(() => this.#missingInput()) !== true) {
      this.AT_LEAST_ONE(() => {
        inputs.push(this.SUBRULE(this.inputDeclaration));
        this.ACTION(() => this.settle("model"));
      });
    }
    this.MANY(() => {
      statements.push(this.SUBRULE(this.statement));
      this.ACTION(() => this.settle("model"));
    });
    this.ACTION(() => this.#takeLateInputs(inputs, statements));
    if (this.ACTION(() => this.#missingOutput()) !== true) {
      this.AT_LEAST_ONE2(() => {
        outputs.push(this.SUBRULE(this.outputDeclaration));
        this.ACTION(() => this.settle("model"));
      });
    }
    this.ACTION(() => this.#takeLateMembers(inputs, statements, outputs));
    this.CONSUME(RightCurly);
    this.close();
    const parts = { parameters, inputs, statements, outputs };
    return { kind: "ModelDeclaration", doc, name, ...parts, span: this.spanFrom(start) };
  });

  protected readonly variantDeclaration = this.RULE("variant", (doc: string | undefined): VariantDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Variant);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the variant"] });
    this.ACTION(() => this.mendEquals());
    this.CONSUME(Equals);
    const base = this.SUBRULE2(this.name, { ARGS: ["the name of a model"] });
    const given = this.OPTION(() => this.SUBRULE(this.args)) ?? [];
    return { kind: "VariantDeclaration", doc, name, base, arguments: given, span: this.spanFrom(start) };
  });

  protected readonly recipeDeclaration = this.RULE("recipe", (doc: string | undefined): RecipeDeclaration => {
    const start = this.startOffset;
    const entries: RecipeEntry[] = [];
    this.CONSUME(Recipe);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the recipe"] });
    const parameters = this.OPTION(() => this.SUBRULE(this.params)) ?? [];
    this.open(this.LA(1), RightCurly);
    this.CONSUME(LeftCurly);
    this.ACTION(() => this.settle("recipe"));
    this.MANY(() => {
      entries.push(this.SUBRULE(this.entry));
      this.ACTION(() => this.settle("recipe"));
    });
    this.CONSUME(RightCurly);
    this.close();
    return { kind: "RecipeDeclaration", doc, name, parameters, entries, span: this.spanFrom(start) };
  });

  protected readonly entry = this.RULE("entry", (): RecipeEntry => {
    const start = this.startOffset;
    this.ACTION(() => this.refuseReservedBinding());
    const name = identifier(this.CONSUME(Binding), this.file);
    this.ACTION(() => this.mendEquals());
    this.CONSUME(Equals);
    const value = this.SUBRULE(this.expression);
    return { kind: "RecipeEntry", name, value, span: this.spanFrom(start) };
  });

  protected readonly checkDeclaration = this.RULE("check", (doc: string | undefined): CheckDeclaration => {
    const start = this.startOffset;
    const claims: CheckClaim[] = [];
    this.CONSUME(Check);
    const name = this.SUBRULE(this.name, { ARGS: ["the name of a model or variant"] });
    const given = this.OPTION(() => this.SUBRULE(this.args)) ?? [];
    this.open(this.LA(1), RightCurly);
    this.CONSUME(LeftCurly);
    this.ACTION(() => this.#settleClaims());
    this.MANY(() => {
      claims.push(this.SUBRULE(this.claim));
      this.ACTION(() => this.#settleClaims());
    });
    this.CONSUME(RightCurly);
    this.close();
    return { kind: "CheckDeclaration", doc, name, arguments: given, claims, span: this.spanFrom(start) };
  });

  protected readonly claim = this.RULE("claim", (): CheckClaim => {
    const start = this.startOffset;
    const comparison = this.SUBRULE(this.operation);
    this.ACTION(() => this.#judgeClaim(comparison, start));
    const tolerance = this.OPTION(() => {
      this.CONSUME(Within);
      return this.SUBRULE2(this.operation);
    });
    return { kind: "CheckClaim", comparison, tolerance, span: this.spanFrom(start) };
  });

  #oddBlockBody(): Expression | Body | undefined {
    this.mendEquals();
    if (this.at(Equals) || this.at(On)) return undefined;
    const expected = "`=` and a layer, or `on` and the names of its tensors,";
    if (this.at(LeftCurly)) {
      this.reportNext("syntax/expected-token", { expected, found: this.describeNext() });
      return this.SUBRULE(this.body);
    }
    this.reportGap("syntax/expected-token", { expected, found: this.describeNext() });
    return this.missing();
  }

  #oddBodyAfterTensors(): Expression | undefined {
    this.mendEquals();
    if (this.at(Equals) || this.at(LeftCurly)) return undefined;
    this.reportGap("syntax/expected-token", { expected: "`=` or `{`", found: this.describeNext() });
    return this.missing();
  }

  #missingInput(): boolean {
    if (this.at(Input)) return false;
    this.reportGap("syntax/missing-input", {});
    return true;
  }

  #missingOutput(): boolean {
    if (this.at(Output)) return false;
    if (this.at(RightCurly)) this.reportNext("syntax/missing-output", {});
    return true;
  }

  #takeLateInputs(inputs: InputDeclaration[], statements: Statement[]): void {
    let isReported = inputs.length === 0;
    while (this.at(Input) || (isReported && this.#atStatement())) {
      if (this.at(Input)) {
        if (!isReported) this.reportNext("syntax/out-of-order", { part: "input", before: "statements" });
        isReported = true;
        inputs.push(this.SUBRULE(this.inputDeclaration));
      } else statements.push(this.SUBRULE(this.statement));
      this.settle("model");
    }
  }

  #takeLateMembers(inputs: InputDeclaration[], statements: Statement[], outputs: OutputDeclaration[]): void {
    let isReported = outputs.length === 0;
    while (this.at(Input) || this.at(Output) || this.#atStatement()) {
      if (!isReported && !this.at(Output)) {
        const part = this.at(Input) ? "input" : "statement";
        this.reportNext("syntax/out-of-order", { part, before: "outputs" });
        isReported = true;
      }
      if (this.at(Input)) inputs.push(this.SUBRULE(this.inputDeclaration));
      else if (this.at(Output)) outputs.push(this.SUBRULE(this.outputDeclaration));
      else statements.push(this.SUBRULE(this.statement));
      this.settle("model");
    }
  }

  #atStatement(): boolean {
    return beginsStatement(this.LA(1).tokenType) && !this.at(Input) && !this.at(Output);
  }

  /** A claim begins with a measure or number; `params = 3` looks like a binding and is a claim. */
  #settleClaims(): void {
    for (;;) {
      if (this.at(Binding)) this.takeAs(Name);
      if (this.atEnd || this.at(RightCurly) || beginsDeclaration(this.LA(1).tokenType)) return;
      if (this.atAnchor) {
        const why = "A check has comparisons only.";
        this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why });
        this.skip();
        this.skipUntil(() => false);
      } else if (this.at(Comma)) {
        const why = "Claims follow each other without commas.";
        this.reportNext("syntax/unexpected-token", { found: "`,`", why });
        this.skip();
      } else if (this.isAtItem()) return;
      else this.refuseNext("", () => this.nextStartsLine && this.atKind(Name));
    }
  }

  #judgeClaim(claim: Expression, start: number): void {
    if (claim.kind === "MissingExpression") return;
    if (claim.kind === "BinaryExpression" && precedenceOf[claim.operator] === comparisonPrecedence) return;
    this.reports.add("syntax/not-a-claim", {}, start, Math.max(start, this.endOffset));
  }
}
