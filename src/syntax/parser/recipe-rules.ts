import type { CheckClaim, CheckDeclaration, RecipeDeclaration, RecipeEntry } from "../ast.js";
import type { Expression } from "../ast-expressions.js";
import { beginsDeclaration } from "../classify.js";
import { comparisonPrecedence, precedenceOf } from "../operators.js";
import { Binding, Check, Comma, Equals, LeftCurly, Name, Recipe, RightCurly, Within } from "../tokens.js";
import { identifier, mendEquals, refuseNext } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";
import { refuseReservedBinding, settle } from "./statement-guards.js";

/** What a check is about. */
type CheckSubject = Pick<CheckDeclaration, "name" | "arguments">;

/** Recipes and checks. */
export function recipeRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const recipeDeclaration = g.RULE("recipe", (doc: string | undefined): RecipeDeclaration => {
    const start = p.startOffset;
    const entries: RecipeEntry[] = [];
    g.CONSUME(Recipe);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the recipe"] });
    const parameters = g.OPTION(() => g.SUBRULE(rules.params)) ?? [];
    p.open(p.LA(1), RightCurly);
    g.CONSUME(LeftCurly);
    g.ACTION(() => settle(p, "recipe"));
    g.MANY(() => {
      entries.push(g.SUBRULE(rules.entry));
      g.ACTION(() => settle(p, "recipe"));
    });
    g.CONSUME(RightCurly);
    p.close();
    return { kind: "RecipeDeclaration", doc, name, parameters, entries, span: p.spanFrom(start) };
  });

  const entry = g.RULE("entry", (): RecipeEntry => {
    const start = p.startOffset;
    g.ACTION(() => refuseReservedBinding(p));
    const name = identifier(g.CONSUME(Binding), p.file);
    g.ACTION(() => mendEquals(p));
    g.CONSUME(Equals);
    const value = g.SUBRULE(rules.expression);
    return { kind: "RecipeEntry", name, value, span: p.spanFrom(start) };
  });

  const checkDeclaration = g.RULE("check", (doc: string | undefined): CheckDeclaration => {
    const start = p.startOffset;
    const claims: CheckClaim[] = [];
    g.CONSUME(Check);
    const whole = (): CheckSubject => ({
      name: g.SUBRULE(rules.name, { ARGS: ["the name of a model or variant"] }),
      arguments: g.OPTION(() => g.SUBRULE(rules.args)) ?? [],
    });
    const subject = g.record(() => g.OPTION2(whole)) ?? (p.at(LeftCurly) ? undefined : whole());
    const isForAny = subject === undefined;
    const nobody = {
      kind: "Identifier",
      text: "",
      span: { file: p.file, start: p.endOffset, end: p.endOffset },
    } as const;
    p.open(p.LA(1), RightCurly);
    g.CONSUME(LeftCurly);
    g.ACTION(() => settleClaims(p));
    g.MANY(() => {
      claims.push(g.SUBRULE(rules.claim));
      g.ACTION(() => settleClaims(p));
    });
    g.CONSUME(RightCurly);
    p.close();
    const of = subject ?? { name: nobody, arguments: [] };
    return { kind: "CheckDeclaration", doc, isForAny, ...of, claims, span: p.spanFrom(start) };
  });

  const claim = g.RULE("claim", (): CheckClaim => {
    const start = p.startOffset;
    const comparison = g.SUBRULE(rules.operation);
    g.ACTION(() => judgeClaim(p, comparison, start));
    const tolerance = g.OPTION(() => {
      g.CONSUME(Within);
      return g.SUBRULE2(rules.operation);
    });
    return { kind: "CheckClaim", comparison, tolerance, span: p.spanFrom(start) };
  });

  return { recipeDeclaration, entry, checkDeclaration, claim };
}

/** A claim begins with a measure or number; `params = 3` looks like a binding but is a claim. */
function settleClaims(p: Parsing): void {
  for (;;) {
    if (p.at(Binding)) p.takeAs(Name);
    if (p.atEnd || p.at(RightCurly) || beginsDeclaration(p.LA(1).tokenType)) return;
    if (p.atAnchor) {
      const why = "A check has comparisons only.";
      p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why });
      p.skip();
      p.skipUntil(() => false);
    } else if (p.at(Comma)) {
      const why = "Claims follow each other without commas.";
      p.reportNext("syntax/unexpected-token", { found: "`,`", why });
      p.skip();
    } else if (p.isAtItem()) return;
    else refuseNext(p, "", () => p.nextStartsLine && p.atKind(Name));
  }
}

function judgeClaim(p: Parsing, claim: Expression, start: number): void {
  if (claim.kind === "MissingExpression") return;
  if (claim.kind === "BinaryExpression" && precedenceOf[claim.operator] === comparisonPrecedence) return;
  p.reports.add("syntax/not-a-claim", {}, start, Math.max(start, p.endOffset));
}
