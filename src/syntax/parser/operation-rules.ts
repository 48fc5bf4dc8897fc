import type { IOrAlt } from "chevrotain";
import type { Expression, NumberLiteral, StringLiteral } from "../ast-expressions.js";
import { readNumber, readString } from "../literals.js";
import {
  BatchN,
  BinaryOperatorToken,
  Dot,
  Equals,
  False,
  For,
  If,
  Label,
  LeftParen,
  LeftSquare,
  Minus,
  Name,
  Not,
  NumberToken,
  RightSquare,
  retag,
  StringToken,
  True,
} from "../tokens.js";
import {
  limitHeight,
  mendOperator,
  pushBinary,
  pushPrefix,
  reservedWord,
  takeReservedWord,
} from "./expression-guards.js";
import { itemStarts, type Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Operators and operands, down to a number. */
export function operationRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  /** `or` down to `**`: flat here, ordered by `OperatorStack`. */
  const operation = g.RULE("operation", (): Expression => {
    const start = p.startOffset;
    const mark = p.operations.mark();
    g.SUBRULE(rules.operand, { ARGS: [mark] });
    g.ACTION(() => mendOperator(p));
    g.MANY(() => {
      const token = g.CONSUME(BinaryOperatorToken);
      g.ACTION(() => pushBinary(p, mark, token));
      g.SUBRULE2(rules.operand, { ARGS: [mark] });
      g.ACTION(() => mendOperator(p));
    });
    return g.ACTION(() => {
      const { expression, height } = p.operations.finish(mark);
      p.height = height;
      return limitHeight(p, expression, start);
    });
  });

  const operand = g.RULE("operand", (mark: number): void => {
    g.MANY(() => {
      const token = g.OR([{ ALT: () => g.CONSUME(Not) }, { ALT: () => g.CONSUME(Minus) }]);
      g.ACTION(() => pushPrefix(p, mark, token));
    });
    const start = p.startOffset;
    p.height = 1;
    let target: Expression;
    const recorded = g.record(anyPrimary);
    if (recorded !== undefined) target = recorded;
    else {
      const odd = oddOperand();
      const type = p.LA(1).tokenType;
      if (odd !== undefined) target = odd;
      else if (type === NumberToken) target = g.SUBRULE(rules.number);
      else if (type === StringToken) target = g.SUBRULE(rules.string);
      else if (type === LeftSquare) target = g.SUBRULE(rules.list);
      else if (type === LeftParen) target = g.SUBRULE(rules.group);
      else if (type === True || type === False || type === BatchN) target = constant();
      else target = g.SUBRULE(rules.call);
    }
    let height = p.height;
    g.MANY2(() => {
      target = g.OR2<Expression>([
        {
          ALT: () => {
            g.CONSUME(Dot);
            const field = g.SUBRULE(rules.name, { ARGS: ["the name of a field"] });
            return { kind: "FieldExpression", target, field, span: p.spanFrom(start) };
          },
        },
        {
          ALT: () => {
            g.ACTION(() => p.open(p.LA(1), RightSquare));
            g.CONSUME(LeftSquare);
            const index = g.SUBRULE(rules.expression);
            height = Math.max(height, p.height);
            g.CONSUME(RightSquare);
            g.ACTION(() => p.close());
            return { kind: "IndexExpression", target, index, span: p.spanFrom(start) };
          },
        },
      ]);
      height++;
    });
    g.ACTION(() => p.operations.operand(target, start, Math.max(start, p.endOffset), height));
  });

  /** Only for the recording: at run time the choice above never fails, and needs a shallower stack. */
  const primaries: IOrAlt<Expression>[] = [
    { ALT: () => g.SUBRULE(rules.call) },
    { ALT: () => g.SUBRULE(rules.number) },
    { ALT: () => g.SUBRULE(rules.string) },
    { ALT: () => g.CONSUME(True) as never },
    { ALT: () => g.CONSUME(False) as never },
    { ALT: () => g.CONSUME(BatchN) as never },
    { ALT: () => g.SUBRULE(rules.list) },
    { ALT: () => g.SUBRULE(rules.group) },
  ];
  const anyPrimary = (): Expression => g.OR3(primaries);

  function constant(): Expression {
    const type = p.LA(1).tokenType;
    const span = p.spanOf(g.CONSUME(type));
    return type === BatchN ? { kind: "BatchLiteral", span } : { kind: "BooleanLiteral", value: type === True, span };
  }

  const number = g.RULE("number", (): NumberLiteral => {
    const token = g.CONSUME(NumberToken);
    return g.ACTION(() => {
      const { value, isInteger, isTooLarge } = readNumber(token.image);
      const span = p.spanOf(token);
      if (isTooLarge) p.reports.add("syntax/number-too-large", { text: token.image }, span.start, span.end);
      return { kind: "NumberLiteral", value: isTooLarge ? 0 : value, isInteger, text: token.image, span };
    });
  });

  const string = g.RULE("string", (): StringLiteral => {
    const token = g.CONSUME(StringToken);
    return g.ACTION(() => {
      const span = p.spanOf(token);
      const isClosed = token.image.length > 1 && /["'\u201c\u201d]$/.test(token.image);
      const inner = token.image.slice(1, isClosed ? -1 : undefined);
      const value = readString(inner, (written, at) => {
        const from = token.startOffset + 1 + at;
        p.reports.add("syntax/bad-escape", { written }, from, from + written.length);
      });
      return { kind: "StringLiteral", value, span };
    });
  });

  /** The token in place of an operand. */
  function oddOperand(): Expression | undefined {
    const type = p.LA(1).tokenType;
    if (type === If || type === For) {
      p.reportNext("syntax/needs-parentheses", { word: p.LA(1).image });
      return g.SUBRULE(rules.expression);
    }
    if (type === Label) return oddLabel();
    if (itemStarts.has(type) || p.atKind(Name)) return undefined;
    if (reservedWord(p)) return takeReservedWord(p);
    p.reportGap("syntax/missing-expression", { found: p.describeNext() });
    return p.missing();
  }

  /** `f(a + b: 3)`, `(a: 3)`: a label where none is allowed. */
  function oddLabel(): Expression | undefined {
    if (p.LA(2).tokenType !== Equals) {
      const why = "Named arguments belong in the parentheses of a call only.";
      p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why });
    }
    retag(p.LA(1), Name);
    return undefined;
  }

  return { operation, operand, number, string };
}
