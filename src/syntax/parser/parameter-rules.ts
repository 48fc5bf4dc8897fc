import type { IOrAlt } from "chevrotain";
import type { ParameterDeclaration, TensorTypeExpression, TypeExpression } from "../ast.js";
import type { Expression, StringLiteral } from "../ast-expressions.js";
import {
  Bar,
  BatchN,
  Colon,
  Comma,
  Equals,
  Label,
  LeftParen,
  LeftSquare,
  Name,
  RightParen,
  RightSquare,
  StringToken,
} from "../tokens.js";
import { identifier, refuseStrayCommas, separate } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Parameters and types. */
export function parameterRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const params = g.RULE("params", (): ParameterDeclaration[] => {
    const items: ParameterDeclaration[] = [];
    p.open(p.LA(1), RightParen);
    g.CONSUME(LeftParen);
    g.ACTION(() => takeNameAsLabel(p));
    g.MANY(() => {
      items.push(g.SUBRULE(rules.param));
      g.ACTION(() => separateParameters(p));
      g.OPTION(() => g.CONSUME(Comma));
      g.ACTION(() => takeNameAsLabel(p));
    });
    g.CONSUME(RightParen);
    p.close();
    return items;
  });

  const param = g.RULE("param", (): ParameterDeclaration => {
    const doc = g.ACTION(() => p.takeDoc());
    const start = p.startOffset;
    const name = identifier(g.CONSUME(Label), p.file);
    let type: TypeExpression | undefined = g.ACTION(() => typelessParameter(p, name.text));
    if (type === undefined) {
      g.CONSUME(Colon);
      type = g.SUBRULE(rules.type);
    }
    const value = g.OPTION(() => {
      g.CONSUME(Equals);
      return g.SUBRULE(rules.expression);
    });
    return { kind: "ParameterDeclaration", doc, name, type, default: value, span: p.spanFrom(start) };
  });

  const type = g.RULE("type", (): TypeExpression => {
    if (g.ACTION(() => p.enter()) === false) {
      p.leave();
      return missingType(p);
    }
    const found = g.ACTION(() => oddType(p)) ?? g.OR(types);
    g.ACTION(() => p.leave());
    return found;
  });

  const types: IOrAlt<TypeExpression>[] = [
    {
      ALT: () => {
        const name = identifier(g.CONSUME(Name), p.file);
        return { kind: "NamedType", name, span: name.span };
      },
    },
    {
      ALT: () => {
        const start = p.startOffset;
        p.open(p.LA(1), RightSquare);
        g.CONSUME(LeftSquare);
        const element = g.SUBRULE(rules.type);
        g.CONSUME(RightSquare);
        p.close();
        return { kind: "ListType", element, span: p.spanFrom(start) };
      },
    },
    {
      ALT: () => {
        const start = p.startOffset;
        const elements: TypeExpression[] = [];
        p.open(p.LA(1), RightParen);
        g.CONSUME(LeftParen);
        g.separated(Comma, () => elements.push(g.SUBRULE2(rules.type)));
        g.CONSUME(RightParen);
        p.close();
        return { kind: "TupleType", elements, span: p.spanFrom(start) };
      },
    },
    { ALT: () => g.SUBRULE(rules.choice) },
  ];

  const choice = g.RULE("choice", (): TypeExpression => {
    const start = p.startOffset;
    const options: StringLiteral[] = [];
    g.separated(Bar, () => {
      const missing = g.ACTION(() => missingOption(p));
      options.push(missing ?? g.SUBRULE(rules.string));
    });
    return { kind: "ChoiceType", options, span: p.spanFrom(start) };
  });

  const tensor = g.RULE("tensor", (): TensorTypeExpression => {
    const start = p.startOffset;
    const dimensions: Expression[] = [];
    const dtype = g.SUBRULE(rules.name, { ARGS: ["a type of numbers such as `float32`"] });
    p.open(p.LA(1), RightSquare);
    g.CONSUME(LeftSquare);
    g.repeat(p.isAtItem, () => {
      dimensions.push(g.SUBRULE(rules.expression));
      g.ACTION(() => separate(p, "list"));
      g.OPTION(() => g.CONSUME(Comma));
      g.ACTION(() => refuseStrayCommas(p, dimensions, (missing) => missing));
    });
    g.CONSUME(RightSquare);
    p.close();
    return { kind: "TensorTypeExpression", dtype, dimensions, span: p.spanFrom(start) };
  });

  return { params, param, type, choice, tensor };
}

/** Parameters begin with a label; one without a type is not yet tagged as a label. */
function takeNameAsLabel(p: Parsing): void {
  while (p.at(Comma)) {
    p.reportGap("syntax/missing-name", { what: "a parameter", found: p.describeNext() });
    p.skip();
  }
  if (p.atKind(Name) || p.at(BatchN)) p.takeAs(Label);
  if (!p.at(Label)) return;
  if (p.LA(1).image === "N") p.reportNext("syntax/reserved-name", { name: "N" });
}

function separateParameters(p: Parsing): void {
  if (p.atKind(Name)) p.takeAs(Label);
  separate(p, "parameters");
}

function typelessParameter(p: Parsing, name: string): TypeExpression | undefined {
  if (p.at(Colon)) return undefined;
  const isTypeAhead = p.at(Name) || p.at(StringToken) || p.at(LeftSquare) || p.at(LeftParen);
  if (isTypeAhead && !p.nextStartsLine) return undefined;
  p.reports.add("syntax/parameter-without-type", { name }, p.endOffset - name.length, p.endOffset);
  return missingType(p);
}

function missingType(p: Parsing): TypeExpression {
  const span = p.spanFrom(p.endOffset);
  return { kind: "NamedType", name: { kind: "Identifier", text: "", span }, span };
}

function missingOption(p: Parsing): StringLiteral | undefined {
  if (p.at(StringToken)) return undefined;
  p.reportGap("syntax/missing-type", { found: p.describeNext() });
  return { kind: "StringLiteral", value: "", span: p.spanFrom(p.endOffset) };
}

function oddType(p: Parsing): TypeExpression | undefined {
  if (p.atKind(Name) || p.at(StringToken) || p.at(LeftSquare) || p.at(LeftParen)) return undefined;
  p.reportGap("syntax/missing-type", { found: p.describeNext() });
  return missingType(p);
}
