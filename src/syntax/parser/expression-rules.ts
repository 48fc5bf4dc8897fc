import type { IOrAlt } from "chevrotain";
import type { Expression, ForExpression, Identifier, IfExpression, PipeExpression, Stage } from "../ast-expressions.js";
import { isCloser } from "../classify.js";
import {
  Arrow,
  As,
  BinaryOperatorToken,
  Comma,
  Do,
  Else,
  Equals,
  For,
  If,
  In,
  Label,
  LeftParen,
  Minus,
  Name,
  Then,
} from "../tokens.js";
import {
  identifier,
  limitHeight,
  missingElse,
  oddName,
  refuseAlias,
  reservedWord,
  takeReservedWord,
} from "./expression-guards.js";
import { itemStarts, type Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Names, and expressions from `if` down to a stage of a pipe. */
export function expressionRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const name = g.RULE("name", (what = "a name"): Identifier => {
    const odd = g.ACTION(() => oddName(p, what));
    return odd ?? identifier(g.CONSUME(Name), p.file);
  });

  const names = g.RULE("names", (what = "a name"): Identifier[] => {
    const names: Identifier[] = [];
    g.separated(Comma, () => names.push(g.SUBRULE(rules.name, { ARGS: [what] })));
    return names;
  });

  /** `if` and `for`, or a pipe: `a + b -> f` is `(a + b) -> f`. */
  const expression = g.RULE("expression", (): Expression => {
    const recorded = g.record(anyExpression);
    if (recorded !== undefined) return recorded;
    if (!p.enter()) {
      p.leave();
      return p.missing();
    }
    const start = p.startOffset;
    let found: Expression;
    if (p.at(If)) found = g.SUBRULE(rules.ifExpression);
    else if (p.at(For)) found = g.SUBRULE(rules.forExpression);
    else found = pipe();
    p.leave();
    return limitHeight(p, found, start);
  });

  /** Only for the recording: at run time the choice above never fails, and needs a shallower stack. */
  const expressions: IOrAlt<Expression>[] = [
    { ALT: () => g.SUBRULE(rules.ifExpression) },
    { ALT: () => g.SUBRULE(rules.forExpression) },
    { ALT: () => pipe() },
  ];
  const anyExpression = (): Expression => g.OR(expressions);

  function pipe(): Expression {
    const start = p.startOffset;
    const source = g.SUBRULE(rules.operation);
    g.ACTION(() => refuseAlias(p));
    let stages: Stage[] | undefined;
    let height = p.height;
    g.repeat(isAtArrow, () => {
      g.CONSUME(Arrow);
      stages ??= [];
      stages.push(g.SUBRULE(rules.stage));
      height = Math.max(height, p.height);
      g.ACTION(() => refuseOperatorAfterStage());
    });
    if (stages === undefined) return source;
    p.height = height + 1;
    return { kind: "PipeExpression", source, stages, span: p.spanFrom(start) } satisfies PipeExpression;
  }

  const isAtArrow = (): boolean => p.at(Arrow);

  const ifExpression = g.RULE("if", (): IfExpression => {
    const start = p.startOffset;
    g.CONSUME(If);
    const condition = g.SUBRULE(rules.expression);
    let height = p.height;
    g.CONSUME(Then);
    const then = g.SUBRULE2(rules.expression);
    height = Math.max(height, p.height);
    let otherwise: Expression | undefined = g.ACTION(() => missingElse(p));
    if (otherwise === undefined) {
      g.CONSUME(Else);
      otherwise = g.SUBRULE3(rules.expression);
    }
    p.height = 1 + Math.max(height, p.height);
    return { kind: "IfExpression", condition, then, else: otherwise, span: p.spanFrom(start) };
  });

  const forExpression = g.RULE("for", (): ForExpression => {
    const start = p.startOffset;
    g.CONSUME(For);
    const names = g.SUBRULE(rules.names, { ARGS: ["the name of an item"] });
    g.CONSUME(In);
    const list = g.SUBRULE(rules.expression);
    const height = p.height;
    g.CONSUME(Do);
    const body = g.SUBRULE2(rules.expression);
    p.height = 1 + Math.max(height, p.height);
    return { kind: "ForExpression", names, list, body, span: p.spanFrom(start) };
  });

  const stage = g.RULE("stage", (): Stage => {
    const start = p.startOffset;
    const odd = g.ACTION(() => oddStage());
    const expression = odd ?? g.OR(stages);
    const alias = g.OPTION(() => {
      g.CONSUME(As);
      return g.SUBRULE(rules.name, { ARGS: ["a name for this stage"] });
    });
    return { kind: "Stage", expression, alias, span: p.spanFrom(start) };
  });

  const stages: IOrAlt<Expression>[] = [{ ALT: () => g.SUBRULE(rules.call) }, { ALT: () => g.SUBRULE(rules.group) }];

  function refuseOperatorAfterStage(): void {
    while (p.atKind(BinaryOperatorToken) || p.at(Equals)) {
      const operator = p.LA(1).image;
      p.reportNext("syntax/operator-after-stage", { operator });
      p.skip();
      // `x -> f +` at the end: a right operand would be wrong here too.
      if (p.isAtItem()) g.SUBRULE(rules.operation);
    }
  }

  function oddStage(): Expression | undefined {
    p.height = 1;
    if (p.atKind(Name)) return undefined;
    if (p.at(LeftParen)) return undefined;
    const type = p.LA(1).tokenType;
    const isNothing = p.atAnchor || isCloser(type) || type === Comma || type === Arrow || type === As;
    if (isNothing || !(itemStarts.has(type) || type === Minus) || type === Label) {
      if (reservedWord(p)) return takeReservedWord(p);
      p.reportGap("syntax/missing-stage", { found: p.describeNext() });
      return p.missing();
    }
    p.reportNext("syntax/not-a-stage", { found: p.describeNext() });
    return type === If || type === For ? g.SUBRULE(rules.expression) : g.SUBRULE(rules.operation);
  }

  return { name, names, expression, ifExpression, forExpression, stage };
}
