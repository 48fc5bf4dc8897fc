import type { Argument, Expression } from "../ast-expressions.js";
import { Colon, Comma, DotDot, Label, LeftParen, LeftSquare, Name, RightParen, RightSquare } from "../tokens.js";
import {
  expectOneItem,
  identifier,
  mendColon,
  refuseBraces,
  refuseEmptyGroup,
  refuseSecondCall,
  refuseStrayCommas,
  refuseTrailingComma,
  separate,
} from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Calls, lists and groups: expressions in brackets. */
export function bracketRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;
  /** Only for the recording: at run time they are parsed with fewer stack frames, and cannot fail. */
  const anyArguments = () => g.OPTION(() => g.SUBRULE(rules.args)) ?? [];
  const anyItems = () => {
    g.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => g.SUBRULE(rules.expression) });
    return [];
  };

  const call = g.RULE("call", (): Expression => {
    const start = p.startOffset;
    const name = identifier(g.CONSUME(Name), p.file);
    p.height = 1;
    let given: Argument[] | undefined;
    if (g.record(anyArguments) === undefined && p.at(LeftParen)) given = g.SUBRULE(rules.args);
    const isCalledAgain = g.ACTION(() => given !== undefined && refuseSecondCall(p, name.text));
    g.ACTION(() => refuseBraces(p, name.text));
    if (isCalledAgain === true) return p.missing();
    if (given === undefined) return { kind: "NameExpression", name, span: name.span };
    p.height++;
    return { kind: "CallExpression", name, arguments: given, span: p.spanFrom(start) };
  });

  /** `arguments` is reserved in JavaScript. */
  const args = g.RULE("arguments", (): Argument[] => {
    const items: Argument[] = [];
    let height = 0;
    const wrap = (value: Expression): Argument => ({ kind: "Argument", name: undefined, value, span: value.span });
    p.open(p.LA(1), RightParen);
    g.CONSUME(LeftParen);
    g.ACTION(() => refuseStrayCommas(p, items, wrap));
    g.repeat(p.isAtItem, () => {
      items.push(g.SUBRULE(rules.argument));
      height = Math.max(height, p.height);
      g.ACTION(() => separate(p, "arguments"));
      g.OPTION(() => g.CONSUME(Comma));
      g.ACTION(() => refuseStrayCommas(p, items, wrap));
    });
    g.CONSUME(RightParen);
    p.close();
    p.height = height;
    return items;
  });

  const argument = g.RULE("argument", (): Argument => {
    const start = p.startOffset;
    const name = g.OPTION(() => {
      const label = g.CONSUME(Label);
      g.ACTION(() => mendColon(p));
      g.CONSUME(Colon);
      return identifier(label, p.file);
    });
    const value = g.SUBRULE(rules.expression);
    return { kind: "Argument", name, value, span: p.spanFrom(start) };
  });

  const list = g.RULE("list", (): Expression => {
    const start = p.startOffset;
    const items: Expression[] = [];
    let to: Expression | undefined;
    let height = 0;
    p.open(p.LA(1), RightSquare);
    g.CONSUME(LeftSquare);
    g.ACTION(() => refuseStrayCommas(p, items, (missing) => missing));
    g.repeat(p.isAtItem, () => {
      items.push(g.SUBRULE(rules.expression));
      height = Math.max(height, p.height);
      g.ACTION(() => separate(p, "list"));
      g.OPTION(() => g.CONSUME(Comma));
      g.ACTION(() => refuseStrayCommas(p, items, (missing) => missing));
    });
    g.OPTION2(() => {
      g.ACTION(() => expectOneItem(p, items));
      g.CONSUME(DotDot);
      to = g.SUBRULE2(rules.expression);
      height = Math.max(height, p.height);
    });
    g.CONSUME(RightSquare);
    p.close();
    p.height = height + 1;
    const span = p.spanFrom(start);
    const [from] = items;
    if (to === undefined || from === undefined) return { kind: "ListExpression", items, span };
    return { kind: "RangeExpression", from, to, span };
  });

  const group = g.RULE("group", (): Expression => {
    const start = p.startOffset;
    const items: Expression[] = [];
    let height = 0;
    p.open(p.LA(1), RightParen);
    g.CONSUME(LeftParen);
    if (g.record(anyItems) === undefined) {
      refuseEmptyGroup(p, items);
      while (p.isAtItem()) {
        items.push(g.SUBRULE(rules.expression));
        height = Math.max(height, p.height);
        separate(p, "group");
        if (!p.at(Comma)) continue;
        p.skip();
        refuseTrailingComma(p, items);
      }
    }
    g.CONSUME(RightParen);
    p.close();
    const [only] = items;
    p.height = items.length === 1 ? height : height + 1;
    if (items.length === 1 && only !== undefined) return only;
    return { kind: "TupleExpression", items, span: p.spanFrom(start) };
  });

  return { call, args, argument, list, group };
}
