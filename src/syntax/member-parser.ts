import type { IOrAlt } from "chevrotain";
import { suggest } from "../diagnostics/suggest.js";
import type {
  BindingStatement,
  Body,
  InputDeclaration,
  OutputDeclaration,
  ParameterDeclaration,
  RequireStatement,
  ShareStatement,
  Statement,
  TensorTypeExpression,
  TypeExpression,
  WeightStatement,
} from "./ast.js";
import type { Expression, StringLiteral } from "./ast-expressions.js";
import { beginsDeclaration, endOf } from "./classify.js";
import { identifier } from "./expression-guards.js";
import { ExpressionParser } from "./expression-parser.js";
import {
  Bar,
  BatchN,
  Binding,
  Colon,
  Comma,
  Dot,
  Equals,
  In,
  Input,
  keywords,
  Label,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Name,
  Output,
  Require,
  Return,
  RightCurly,
  RightParen,
  RightSquare,
  retag,
  Share,
  StringToken,
  statementKeywords,
  Training,
  textOf,
  Weight,
} from "./tokens.js";

const statementWords = statementKeywords.map(textOf);

/** The rules of what stands in declarations: parameters, types, statements, inputs and outputs. */
export abstract class MemberParser extends ExpressionParser {
  /** The `///` lines between the last token and what is declared next. */
  protected abstract takeDoc(): string | undefined;

  protected readonly params = this.RULE("params", (): ParameterDeclaration[] => {
    const items: ParameterDeclaration[] = [];
    this.open(this.LA(1), RightParen);
    this.CONSUME(LeftParen);
    this.ACTION(() => this.#takeNameAsLabel());
    this.MANY(() => {
      items.push(this.SUBRULE(this.param));
      this.ACTION(() => this.#separateParameters());
      this.OPTION(() => this.CONSUME(Comma));
      this.ACTION(() => this.#takeNameAsLabel());
    });
    this.CONSUME(RightParen);
    this.close();
    return items;
  });

  protected readonly param = this.RULE("param", (): ParameterDeclaration => {
    const doc = this.ACTION(() => this.takeDoc());
    const start = this.startOffset;
    const name = identifier(this.CONSUME(Label), this.file);
    let type: TypeExpression | undefined = this.ACTION(() => this.#typelessParameter(name.text));
    if (type === undefined) {
      this.CONSUME(Colon);
      type = this.SUBRULE(this.type);
    }
    const value = this.OPTION(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.expression);
    });
    return { kind: "ParameterDeclaration", doc, name, type, default: value, span: this.spanFrom(start) };
  });

  protected readonly type = this.RULE("type", (): TypeExpression => {
    if (this.ACTION(() => this.enter()) === false) {
      this.leave();
      return this.#missingType();
    }
    const found = this.ACTION(() => this.#oddType()) ?? this.OR(this.#types);
    this.ACTION(() => this.leave());
    return found;
  });

  readonly #types: IOrAlt<TypeExpression>[] = [
    {
      ALT: () => {
        const name = identifier(this.CONSUME(Name), this.file);
        return { kind: "NamedType", name, span: name.span };
      },
    },
    {
      ALT: () => {
        const start = this.startOffset;
        this.open(this.LA(1), RightSquare);
        this.CONSUME(LeftSquare);
        const element = this.SUBRULE(this.type);
        this.CONSUME(RightSquare);
        this.close();
        return { kind: "ListType", element, span: this.spanFrom(start) };
      },
    },
    {
      ALT: () => {
        const start = this.startOffset;
        const elements: TypeExpression[] = [];
        this.open(this.LA(1), RightParen);
        this.CONSUME(LeftParen);
        this.separated(Comma, () => elements.push(this.SUBRULE2(this.type)));
        this.CONSUME(RightParen);
        this.close();
        return { kind: "TupleType", elements, span: this.spanFrom(start) };
      },
    },
    { ALT: () => this.SUBRULE(this.choice) },
  ];

  protected readonly choice = this.RULE("choice", (): TypeExpression => {
    const start = this.startOffset;
    const options: StringLiteral[] = [];
    this.separated(Bar, () => {
      const missing = this.ACTION(() => this.#missingOption());
      options.push(missing ?? this.SUBRULE(this.string));
    });
    return { kind: "ChoiceType", options, span: this.spanFrom(start) };
  });

  protected readonly tensor = this.RULE("tensor", (): TensorTypeExpression => {
    const start = this.startOffset;
    const dimensions: Expression[] = [];
    const dtype = this.SUBRULE(this.name, { ARGS: ["a type of numbers such as `float32`"] });
    this.open(this.LA(1), RightSquare);
    this.CONSUME(LeftSquare);
    this.repeat(this.isAtItem, () => {
      dimensions.push(this.SUBRULE(this.expression));
      this.ACTION(() => this.separate("list"));
      this.OPTION(() => this.CONSUME(Comma));
      this.ACTION(() => this.refuseStrayCommas(dimensions, (missing) => missing));
    });
    this.CONSUME(RightSquare);
    this.close();
    return { kind: "TensorTypeExpression", dtype, dimensions, span: this.spanFrom(start) };
  });

  protected readonly inputDeclaration = this.RULE("modelInput", (): InputDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Input);
    const name = this.SUBRULE(this.name, { ARGS: ["a name for the input"] });
    this.ACTION(() => this.mendColon());
    this.CONSUME(Colon);
    const type = this.SUBRULE(this.tensor);
    const value = this.OPTION(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.expression);
    });
    return { kind: "InputDeclaration", name, type, value, span: this.spanFrom(start) };
  });

  protected readonly outputDeclaration = this.RULE("modelOutput", (): OutputDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Output);
    const names = this.SUBRULE(this.names, { ARGS: ["the name of a value"] });
    this.ACTION(() => this.mendColon());
    const value = this.OPTION(() => {
      this.CONSUME(Colon);
      return this.SUBRULE(this.expression);
    });
    let inTraining = false;
    this.OPTION2(() => {
      this.CONSUME(In);
      this.CONSUME(Training);
      inTraining = true;
    });
    return { kind: "OutputDeclaration", names, value, inTraining, span: this.spanFrom(start) };
  });

  protected readonly statement = this.RULE("statement", (): Statement => this.OR(this.#statements));

  readonly #statements: IOrAlt<Statement>[] = [
    { ALT: () => this.SUBRULE(this.binding) },
    { ALT: () => this.SUBRULE(this.share) },
    { ALT: () => this.SUBRULE(this.weight) },
    { ALT: () => this.SUBRULE(this.require) },
  ];

  protected readonly binding = this.RULE("binding", (): BindingStatement => {
    const start = this.startOffset;
    this.ACTION(() => this.refuseReservedBinding());
    const names = [identifier(this.CONSUME(Binding), this.file)];
    this.MANY(() => {
      this.CONSUME(Comma);
      names.push(this.SUBRULE(this.name));
    });
    this.ACTION(() => this.mendEquals());
    this.CONSUME(Equals);
    const value = this.SUBRULE(this.expression);
    return { kind: "BindingStatement", names, value, span: this.spanFrom(start) };
  });

  protected readonly share = this.RULE("share", (): ShareStatement => {
    const start = this.startOffset;
    this.CONSUME(Share);
    const name = this.SUBRULE(this.name);
    this.ACTION(() => this.mendEquals());
    this.CONSUME(Equals);
    const value = this.SUBRULE(this.expression);
    return { kind: "ShareStatement", name, value, span: this.spanFrom(start) };
  });

  protected readonly weight = this.RULE("weight", (): WeightStatement => {
    const start = this.startOffset;
    this.CONSUME(Weight);
    const name = this.SUBRULE(this.name);
    this.ACTION(() => this.mendColon());
    this.CONSUME(Colon);
    const type = this.SUBRULE(this.tensor);
    this.CONSUME(Equals);
    const initializer = this.SUBRULE(this.expression);
    return { kind: "WeightStatement", name, type, initializer, span: this.spanFrom(start) };
  });

  protected readonly require = this.RULE("require", (): RequireStatement => {
    const start = this.startOffset;
    this.CONSUME(Require);
    const condition = this.SUBRULE(this.expression);
    this.CONSUME(Comma);
    const message = this.ACTION(() => this.#missingMessage()) ?? this.SUBRULE(this.string);
    return { kind: "RequireStatement", condition, message, span: this.spanFrom(start) };
  });

  protected readonly body = this.RULE("body", (): Body => {
    const start = this.startOffset;
    const statements: Statement[] = [];
    const results: Expression[] = [];
    this.open(this.LA(1), RightCurly);
    this.CONSUME(LeftCurly);
    this.ACTION(() => this.settle("body"));
    this.MANY(() => {
      statements.push(this.SUBRULE(this.statement));
      this.ACTION(() => this.settle("body"));
    });
    if (this.ACTION(() => this.#missingReturn()) !== true) {
      this.CONSUME(Return);
      this.separated(Comma, () => results.push(this.SUBRULE(this.expression)));
      this.ACTION(() => this.#refuseAfterReturn());
    }
    this.CONSUME(RightCurly);
    this.close();
    return { kind: "Body", statements, results, span: this.spanFrom(start) };
  });

  /** `x.flatten(`: Python calls what is a field here. */
  #callsMethod(): boolean {
    return this.at(LeftParen) && this.LA(0).tokenType === Name && this.LA(-1).tokenType === Dot;
  }

  /**
   * Before a statement or part of a model: skips what is none of these, with one word about it, and takes a misspelt
   * keyword for the one that was meant.
   */
  protected settle(where: "body" | "model" | "recipe"): void {
    while (!this.#isSettled(where)) {
      if (where !== "recipe" && this.#mendKeyword()) return;
      const type = this.LA(1).tokenType;
      const isStatement = this.nextStartsLine && (this.atKind(Name) || type === LeftParen);
      if (isStatement) {
        this.reportNext("syntax/statement-without-name", { found: this.describeNext() });
        this.skip();
        this.skipUntil(() => this.#looksLikeKeyword());
      } else if (this.atAnchor) {
        this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why: misplacedHere(where) });
        this.skip();
        this.skipUntil(() => this.#looksLikeKeyword());
      } else this.refuseNext(this.#callsMethod() ? noMethods : "", () => this.#looksLikeKeyword());
    }
  }

  #isSettled(where: "body" | "model" | "recipe"): boolean {
    if (this.atEnd) return true;
    const type = this.LA(1).tokenType;
    if (type === RightCurly || type === Binding || beginsDeclaration(type)) return true;
    if (where === "recipe") return false;
    if (where === "model") return type !== Return && this.atAnchor;
    return type !== Input && type !== Output && this.atAnchor;
  }

  /** `inptu image: ...`: a word followed by a name, at the start of a line. */
  #looksLikeKeyword(): boolean {
    const after = this.LA(2).tokenType;
    if (!this.at(Name) || !this.nextStartsLine || !(after === Name || after === Binding || after === StringToken)) {
      return false;
    }
    return suggest(this.LA(1).image, statementWords) !== undefined;
  }

  #mendKeyword(): boolean {
    if (!this.#looksLikeKeyword()) return false;
    const word = this.LA(1).image;
    const suggestion = suggest(word, statementWords) ?? "";
    const span = this.reports.span(this.startOffset, endOf(this.LA(1)));
    const fix = { title: `Write \`${suggestion}\``, span, text: suggestion };
    this.reports.anchor(this.startOffset);
    this.reportNext("syntax/unknown-statement", { word, suggestion }, { fix });
    this.takeAs(keywords.get(suggestion) ?? Name);
    if (this.LA(2).tokenType === Binding && suggestion !== "require" && suggestion !== "return") {
      retag(this.LA(2), Name);
    }
    return true;
  }

  /** `N = 3`, `model = 3`: the word is taken as the name, with a remark. */
  protected refuseReservedBinding(): void {
    const { image } = this.LA(1);
    const meaning = keywords.get(image);
    const isSoft = meaning?.CATEGORIES?.includes(Name) === true;
    if (meaning !== undefined && !isSoft) this.reportNext("syntax/reserved-name", { name: image });
  }

  /** Parameters begin with a label; one without a type is no label yet. */
  #takeNameAsLabel(): void {
    while (this.at(Comma)) {
      this.reportGap("syntax/missing-name", { what: "a parameter", found: this.describeNext() });
      this.skip();
    }
    if (this.atKind(Name) || this.at(BatchN)) this.takeAs(Label);
    if (!this.at(Label)) return;
    if (this.LA(1).image === "N") this.reportNext("syntax/reserved-name", { name: "N" });
  }

  #separateParameters(): void {
    if (this.atKind(Name)) this.takeAs(Label);
    this.separate("parameters");
  }

  #typelessParameter(name: string): TypeExpression | undefined {
    if (this.at(Colon)) return undefined;
    const isTypeAhead = this.at(Name) || this.at(StringToken) || this.at(LeftSquare) || this.at(LeftParen);
    if (isTypeAhead && !this.nextStartsLine) return undefined;
    this.reports.add("syntax/parameter-without-type", { name }, this.endOffset - name.length, this.endOffset);
    return this.#missingType();
  }

  #missingType(): TypeExpression {
    const span = this.spanFrom(this.endOffset);
    return { kind: "NamedType", name: { kind: "Identifier", text: "", span }, span };
  }

  #missingOption(): StringLiteral | undefined {
    if (this.at(StringToken)) return undefined;
    this.reportGap("syntax/missing-type", { found: this.describeNext() });
    return { kind: "StringLiteral", value: "", span: this.spanFrom(this.endOffset) };
  }

  #oddType(): TypeExpression | undefined {
    if (this.atKind(Name) || this.at(StringToken) || this.at(LeftSquare) || this.at(LeftParen)) return undefined;
    this.reportGap("syntax/missing-type", { found: this.describeNext() });
    return this.#missingType();
  }

  #missingMessage(): StringLiteral | undefined {
    if (this.at(StringToken)) return undefined;
    this.reportGap("syntax/expected-token", { expected: "a message in double quotes", found: this.describeNext() });
    return { kind: "StringLiteral", value: "", span: this.spanFrom(this.endOffset) };
  }

  #missingReturn(): boolean {
    if (this.at(Return)) return false;
    if (this.at(RightCurly)) this.reportNext("syntax/missing-return", {});
    return true;
  }

  #refuseAfterReturn(): void {
    if (this.at(RightCurly) || this.atEnd || beginsDeclaration(this.LA(1).tokenType)) return;
    const why = "`return` ends a body.";
    this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why });
    while (!this.at(RightCurly) && !this.atEnd && !beginsDeclaration(this.LA(1).tokenType)) this.skipBalanced();
  }
}

const noMethods =
  "Nothing is called with a dot: a layer stands behind an arrow (`x -> flatten`), a function by itself (`flatten(x)`).";

function misplacedHere(where: "body" | "model" | "recipe"): string {
  if (where === "body") return "A body takes its tensors after `on` and gives its results by `return`.";
  if (where === "model") return "A model gives its results by `output`.";
  return "A recipe has lines of the form `name = value` only.";
}
