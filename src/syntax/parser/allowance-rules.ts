import type { Allowance } from "../ast.js";
import { Allow, Comma, LeftParen, RightParen } from "../tokens.js";
import { stringOr } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** `allow("lint/x", "reason")` before a statement or a declaration. */
export function allowanceRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  /** Kept in `p.allowances`: it is no part of what is declared. */
  const allow = g.RULE("allow", (): Allowance => {
    const start = p.startOffset;
    g.CONSUME(Allow);
    p.open(p.LA(1), RightParen);
    g.CONSUME(LeftParen);
    const code = g.ACTION(() => stringOr(p, "the code of a warning in double quotes")) ?? g.SUBRULE(rules.string);
    g.CONSUME(Comma);
    const reason = g.ACTION(() => stringOr(p, "a reason in double quotes")) ?? g.SUBRULE2(rules.string);
    g.CONSUME(RightParen);
    p.close();
    const allowance: Allowance = { kind: "Allowance", code, reason, span: p.spanFrom(start) };
    p.allowances.push(allowance);
    return allowance;
  });

  return { allow };
}
