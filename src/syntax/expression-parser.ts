import type { IOrAlt } from "chevrotain";
import type {
  Argument,
  Expression,
  ForExpression,
  Identifier,
  IfExpression,
  NumberLiteral,
  PipeExpression,
  Stage,
  StringLiteral,
} from "./ast-expressions.js";
import { isCloser } from "./classify.js";
import { ExpressionGuards, identifier, itemStarts } from "./expression-guards.js";
import { readNumber, readString } from "./literals.js";
import {
  Arrow,
  As,
  BatchN,
  BinaryOperatorToken,
  Colon,
  Comma,
  Do,
  Dot,
  DotDot,
  Else,
  Equals,
  False,
  For,
  If,
  In,
  Label,
  LeftParen,
  LeftSquare,
  Minus,
  Name,
  Not,
  NumberToken,
  RightParen,
  RightSquare,
  retag,
  StringToken,
  Then,
  True,
} from "./tokens.js";

/** The rules of expressions: everything from `if` down to a number. */
export abstract class ExpressionParser extends ExpressionGuards {
  protected readonly name = this.RULE("name", (what = "a name"): Identifier => {
    const odd = this.ACTION(() => this.oddName(what));
    return odd ?? identifier(this.CONSUME(Name), this.file);
  });

  protected readonly names = this.RULE("names", (what = "a name"): Identifier[] => {
    const names: Identifier[] = [];
    this.separated(Comma, () => names.push(this.SUBRULE(this.name, { ARGS: [what] })));
    return names;
  });

  /** `if` and `for`, or a pipe: `a + b -> f` is `(a + b) -> f`. */
  protected readonly expression = this.RULE("expression", (): Expression => {
    if (this.RECORDING_PHASE) return this.OR(this.#expressions);
    if (!this.enter()) {
      this.leave();
      return this.missing();
    }
    const start = this.startOffset;
    let found: Expression;
    if (this.at(If)) found = this.SUBRULE(this.ifExpression);
    else if (this.at(For)) found = this.SUBRULE(this.forExpression);
    else found = this.#pipe();
    this.leave();
    return this.limitHeight(found, start);
  });

  /** For the recording only: at run time the choice above never fails, and its stack is shallower. */
  readonly #expressions: IOrAlt<Expression>[] = [
    { ALT: () => this.SUBRULE(this.ifExpression) },
    { ALT: () => this.SUBRULE(this.forExpression) },
    { ALT: () => this.#pipe() },
  ];

  #pipe(): Expression {
    const start = this.startOffset;
    const source = this.SUBRULE(this.operation);
    this.ACTION(() => this.refuseAlias());
    let stages: Stage[] | undefined;
    let height = this.height;
    this.repeat(this.#isAtArrow, () => {
      this.CONSUME(Arrow);
      stages ??= [];
      stages.push(this.SUBRULE(this.stage));
      height = Math.max(height, this.height);
      this.ACTION(() => this.#refuseOperatorAfterStage());
    });
    if (stages === undefined) return source;
    this.height = height + 1;
    return { kind: "PipeExpression", source, stages, span: this.spanFrom(start) } satisfies PipeExpression;
  }

  readonly #isAtArrow = (): boolean => this.at(Arrow);

  protected readonly ifExpression = this.RULE("if", (): IfExpression => {
    const start = this.startOffset;
    this.CONSUME(If);
    const condition = this.SUBRULE(this.expression);
    let height = this.height;
    this.CONSUME(Then);
    const then = this.SUBRULE2(this.expression);
    height = Math.max(height, this.height);
    let otherwise: Expression | undefined = this.ACTION(() => this.missingElse());
    if (otherwise === undefined) {
      this.CONSUME(Else);
      otherwise = this.SUBRULE3(this.expression);
    }
    this.height = 1 + Math.max(height, this.height);
    return { kind: "IfExpression", condition, then, else: otherwise, span: this.spanFrom(start) };
  });

  protected readonly forExpression = this.RULE("for", (): ForExpression => {
    const start = this.startOffset;
    this.CONSUME(For);
    const names = this.SUBRULE(this.names, { ARGS: ["the name of an item"] });
    this.CONSUME(In);
    const list = this.SUBRULE(this.expression);
    const height = this.height;
    this.CONSUME(Do);
    const body = this.SUBRULE2(this.expression);
    this.height = 1 + Math.max(height, this.height);
    return { kind: "ForExpression", names, list, body, span: this.spanFrom(start) };
  });

  protected readonly stage = this.RULE("stage", (): Stage => {
    const start = this.startOffset;
    const odd = this.ACTION(() => this.#oddStage());
    const expression = odd ?? this.OR(this.#stages);
    const alias = this.OPTION(() => {
      this.CONSUME(As);
      return this.SUBRULE(this.name, { ARGS: ["a name for this stage"] });
    });
    return { kind: "Stage", expression, alias, span: this.spanFrom(start) };
  });

  readonly #stages: IOrAlt<Expression>[] = [
    { ALT: () => this.SUBRULE(this.call) },
    { ALT: () => this.SUBRULE(this.group) },
  ];

  /** `or` down to `**`: flat here, ordered by `OperatorStack`. */
  protected readonly operation = this.RULE("operation", (): Expression => {
    const start = this.startOffset;
    const mark = this.operations.mark();
    this.SUBRULE(this.operand, { ARGS: [mark] });
    this.ACTION(() => this.mendOperator());
    this.MANY(() => {
      const token = this.CONSUME(BinaryOperatorToken);
      this.ACTION(() => this.pushBinary(mark, token));
      this.SUBRULE2(this.operand, { ARGS: [mark] });
      this.ACTION(() => this.mendOperator());
    });
    return this.ACTION(() => {
      const { expression, height } = this.operations.finish(mark);
      this.height = height;
      return this.limitHeight(expression, start);
    });
  });

  protected readonly operand = this.RULE("operand", (mark: number): void => {
    this.MANY(() => {
      const token = this.OR([{ ALT: () => this.CONSUME(Not) }, { ALT: () => this.CONSUME(Minus) }]);
      this.ACTION(() => this.pushPrefix(mark, token));
    });
    const start = this.startOffset;
    this.height = 1;
    let target: Expression;
    if (this.RECORDING_PHASE) target = this.OR3(this.#primaries);
    else {
      const odd = this.#oddOperand();
      const type = this.LA(1).tokenType;
      if (odd !== undefined) target = odd;
      else if (type === NumberToken) target = this.SUBRULE(this.number);
      else if (type === StringToken) target = this.SUBRULE(this.string);
      else if (type === LeftSquare) target = this.SUBRULE(this.list);
      else if (type === LeftParen) target = this.SUBRULE(this.group);
      else if (type === True || type === False || type === BatchN) target = this.#constant();
      else target = this.SUBRULE(this.call);
    }
    let height = this.height;
    this.MANY2(() => {
      target = this.OR2([
        {
          ALT: () => {
            this.CONSUME(Dot);
            const field = this.SUBRULE(this.name, { ARGS: ["the name of a field"] });
            return { kind: "FieldExpression", target, field, span: this.spanFrom(start) };
          },
        },
        {
          ALT: () => {
            this.ACTION(() => this.open(this.LA(1), RightSquare));
            this.CONSUME(LeftSquare);
            const index = this.SUBRULE(this.expression);
            height = Math.max(height, this.height);
            this.CONSUME(RightSquare);
            this.ACTION(() => this.close());
            return { kind: "IndexExpression", target, index, span: this.spanFrom(start) };
          },
        },
      ]);
      height++;
    });
    this.ACTION(() => this.operations.operand(target, start, Math.max(start, this.endOffset), height));
  });

  /** For the recording only, as above. */
  readonly #primaries: IOrAlt<Expression>[] = [
    { ALT: () => this.SUBRULE(this.call) },
    { ALT: () => this.SUBRULE(this.number) },
    { ALT: () => this.SUBRULE(this.string) },
    { ALT: () => this.CONSUME(True) as never },
    { ALT: () => this.CONSUME(False) as never },
    { ALT: () => this.CONSUME(BatchN) as never },
    { ALT: () => this.SUBRULE(this.list) },
    { ALT: () => this.SUBRULE(this.group) },
  ];

  #constant(): Expression {
    const type = this.LA(1).tokenType;
    const span = this.spanOf(this.CONSUME(type));
    return type === BatchN ? { kind: "BatchLiteral", span } : { kind: "BooleanLiteral", value: type === True, span };
  }

  protected readonly number = this.RULE("number", (): NumberLiteral => {
    const token = this.CONSUME(NumberToken);
    return this.ACTION(() => {
      const { value, isInteger, isTooLarge } = readNumber(token.image);
      const span = this.spanOf(token);
      if (isTooLarge) this.reports.add("syntax/number-too-large", { text: token.image }, span.start, span.end);
      return { kind: "NumberLiteral", value: isTooLarge ? 0 : value, isInteger, text: token.image, span };
    });
  });

  protected readonly string = this.RULE("string", (): StringLiteral => {
    const token = this.CONSUME(StringToken);
    return this.ACTION(() => {
      const span = this.spanOf(token);
      const isClosed = token.image.length > 1 && /["'\u201c\u201d]$/.test(token.image);
      const inner = token.image.slice(1, isClosed ? -1 : undefined);
      const value = readString(inner, (written, at) => {
        const from = token.startOffset + 1 + at;
        this.reports.add("syntax/bad-escape", { written }, from, from + written.length);
      });
      return { kind: "StringLiteral", value, span };
    });
  });

  protected readonly call = this.RULE("call", (): Expression => {
    const start = this.startOffset;
    const name = identifier(this.CONSUME(Name), this.file);
    this.height = 1;
    let given: Argument[] | undefined;
    if (this.RECORDING_PHASE) this.OPTION(() => this.SUBRULE(this.args));
    else if (this.at(LeftParen)) given = this.SUBRULE(this.args);
    const isCalledAgain = this.ACTION(() => given !== undefined && this.refuseSecondCall(name.text));
    this.ACTION(() => this.refuseBraces(name.text));
    if (isCalledAgain === true) return this.missing();
    if (given === undefined) return { kind: "NameExpression", name, span: name.span };
    this.height++;
    return { kind: "CallExpression", name, arguments: given, span: this.spanFrom(start) };
  });

  /** `arguments` is a word of JavaScript. */
  protected readonly args = this.RULE("arguments", (): Argument[] => {
    const items: Argument[] = [];
    let height = 0;
    const wrap = (value: Expression): Argument => ({ kind: "Argument", name: undefined, value, span: value.span });
    this.open(this.LA(1), RightParen);
    this.CONSUME(LeftParen);
    this.ACTION(() => this.refuseStrayCommas(items, wrap));
    this.repeat(this.isAtItem, () => {
      items.push(this.SUBRULE(this.argument));
      height = Math.max(height, this.height);
      this.ACTION(() => this.separate("arguments"));
      this.OPTION(() => this.CONSUME(Comma));
      this.ACTION(() => this.refuseStrayCommas(items, wrap));
    });
    this.CONSUME(RightParen);
    this.close();
    this.height = height;
    return items;
  });

  protected readonly argument = this.RULE("argument", (): Argument => {
    const start = this.startOffset;
    const name = this.OPTION(() => {
      const label = this.CONSUME(Label);
      this.ACTION(() => this.mendColon());
      this.CONSUME(Colon);
      return identifier(label, this.file);
    });
    const value = this.SUBRULE(this.expression);
    return { kind: "Argument", name, value, span: this.spanFrom(start) };
  });

  protected readonly list = this.RULE("list", (): Expression => {
    const start = this.startOffset;
    const items: Expression[] = [];
    let to: Expression | undefined;
    let height = 0;
    this.open(this.LA(1), RightSquare);
    this.CONSUME(LeftSquare);
    this.ACTION(() => this.refuseStrayCommas(items, (missing) => missing));
    this.repeat(this.isAtItem, () => {
      items.push(this.SUBRULE(this.expression));
      height = Math.max(height, this.height);
      this.ACTION(() => this.separate("list"));
      this.OPTION(() => this.CONSUME(Comma));
      this.ACTION(() => this.refuseStrayCommas(items, (missing) => missing));
    });
    this.OPTION2(() => {
      this.ACTION(() => this.expectOneItem(items));
      this.CONSUME(DotDot);
      to = this.SUBRULE2(this.expression);
      height = Math.max(height, this.height);
    });
    this.CONSUME(RightSquare);
    this.close();
    this.height = height + 1;
    const span = this.spanFrom(start);
    const [from] = items;
    if (to === undefined || from === undefined) return { kind: "ListExpression", items, span };
    return { kind: "RangeExpression", from, to, span };
  });

  protected readonly group = this.RULE("group", (): Expression => {
    const start = this.startOffset;
    const items: Expression[] = [];
    let height = 0;
    this.open(this.LA(1), RightParen);
    this.CONSUME(LeftParen);
    if (this.RECORDING_PHASE) {
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.expression) });
    } else {
      this.refuseEmptyGroup(items);
      while (this.isAtItem()) {
        items.push(this.SUBRULE(this.expression));
        height = Math.max(height, this.height);
        this.separate("group");
        if (!this.at(Comma)) continue;
        this.skip();
        this.refuseTrailingComma(items);
      }
    }
    this.CONSUME(RightParen);
    this.close();
    const [only] = items;
    this.height = items.length === 1 ? height : height + 1;
    if (items.length === 1 && only !== undefined) return only;
    return { kind: "TupleExpression", items, span: this.spanFrom(start) };
  });

  #refuseOperatorAfterStage(): void {
    while (this.atKind(BinaryOperatorToken) || this.at(Equals)) {
      const operator = this.LA(1).image;
      this.reportNext("syntax/operator-after-stage", { operator });
      this.skip();
      // `x -> f +` and nothing more: what is missing would be wrong here too.
      if (this.isAtItem()) this.SUBRULE(this.operation);
    }
  }

  #oddStage(): Expression | undefined {
    this.height = 1;
    if (this.atKind(Name)) return undefined;
    if (this.at(LeftParen)) return undefined;
    const type = this.LA(1).tokenType;
    const isNothing = this.atAnchor || isCloser(type) || type === Comma || type === Arrow || type === As;
    if (isNothing || !(itemStarts.has(type) || type === Minus) || type === Label) {
      if (this.reservedWord()) return this.takeReservedWord();
      this.reportGap("syntax/missing-stage", { found: this.describeNext() });
      return this.missing();
    }
    this.reportNext("syntax/not-a-stage", { found: this.describeNext() });
    return type === If || type === For ? this.SUBRULE(this.expression) : this.SUBRULE(this.operation);
  }

  /** What stands where an operand should, when it is none. */
  #oddOperand(): Expression | undefined {
    const type = this.LA(1).tokenType;
    if (type === If || type === For) {
      this.reportNext("syntax/needs-parentheses", { word: this.LA(1).image });
      return this.SUBRULE(this.expression);
    }
    if (type === Label) return this.#oddLabel();
    if (itemStarts.has(type) || this.atKind(Name)) return undefined;
    if (this.reservedWord()) return this.takeReservedWord();
    this.reportGap("syntax/missing-expression", { found: this.describeNext() });
    return this.missing();
  }

  /** `f(a + b: 3)`, `(a: 3)`: a label where none can stand. */
  #oddLabel(): Expression | undefined {
    if (this.LA(2).tokenType !== Equals) {
      const why = "Named arguments belong in the parentheses of a call only.";
      this.reportNext("syntax/unexpected-token", { found: this.describeNext(), why });
    }
    retag(this.LA(1), Name);
    return undefined;
  }
}
