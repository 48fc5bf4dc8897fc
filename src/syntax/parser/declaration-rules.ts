import type { BlockDeclaration, Body, ConstDeclaration, Declaration, FunctionDeclaration } from "../ast.js";
import type { Expression, Identifier } from "../ast-expressions.js";
import { Block, Const, Equals, Fn, LeftCurly, On } from "../tokens.js";
import { mendEquals } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Declarations, and those of constants, blocks and functions. */
export function declarationRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const declaration = g.RULE("declaration", (): Declaration => {
    const ARGS: [string | undefined] = [g.ACTION(() => p.takeDoc())];
    return g.OR<Declaration>([
      { ALT: () => g.SUBRULE(rules.constDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.blockDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.functionDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.modelDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.variantDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.recipeDeclaration, { ARGS }) },
      { ALT: () => g.SUBRULE(rules.checkDeclaration, { ARGS }) },
    ]);
  });

  const constDeclaration = g.RULE("const", (doc: string | undefined): ConstDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Const);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the constant"] });
    g.ACTION(() => mendEquals(p));
    g.CONSUME(Equals);
    const value = g.SUBRULE(rules.expression);
    return { kind: "ConstDeclaration", doc, name, value, span: p.spanFrom(start) };
  });

  const blockDeclaration = g.RULE("block", (doc: string | undefined): BlockDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Block);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the block"] });
    const parameters = g.OPTION(() => g.SUBRULE(rules.params)) ?? [];
    const odd = g.ACTION(() => oddBlockBody());
    let inputs: Identifier[] | undefined = odd === undefined ? undefined : [];
    const body =
      odd ??
      g.OR<Expression | Body>([
        {
          ALT: () => {
            g.CONSUME(Equals);
            return g.SUBRULE(rules.expression);
          },
        },
        {
          ALT: () => {
            g.CONSUME(On);
            inputs = g.SUBRULE(rules.names, { ARGS: ["a name for the tensor"] });
            return (
              g.ACTION(() => oddBodyAfterTensors()) ??
              g.OR2<Expression | Body>([
                {
                  ALT: () => {
                    g.CONSUME2(Equals);
                    return g.SUBRULE2(rules.expression);
                  },
                },
                { ALT: () => g.SUBRULE(rules.body) },
              ])
            );
          },
        },
      ]);
    return { kind: "BlockDeclaration", doc, name, parameters, inputs, body, span: p.spanFrom(start) };
  });

  const functionDeclaration = g.RULE("function", (doc: string | undefined): FunctionDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Fn);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the function"] });
    const parameters = g.OPTION(() => g.SUBRULE(rules.params)) ?? [];
    const inputs = g.OPTION2(() => {
      g.CONSUME(On);
      return g.SUBRULE(rules.names, { ARGS: ["a name for the tensor"] });
    });
    const body =
      g.ACTION(() => oddBodyAfterTensors()) ??
      g.OR<Expression | Body>([
        {
          ALT: () => {
            g.CONSUME(Equals);
            return g.SUBRULE(rules.expression);
          },
        },
        { ALT: () => g.SUBRULE(rules.body) },
      ]);
    return { kind: "FunctionDeclaration", doc, name, parameters, inputs, body, span: p.spanFrom(start) };
  });

  function oddBlockBody(): Expression | Body | undefined {
    mendEquals(p);
    if (p.at(Equals) || p.at(On)) return undefined;
    const expected = "`=` and a layer, or `on` and the names of its tensors,";
    if (p.at(LeftCurly)) {
      p.reportNext("syntax/expected-token", { expected, found: p.describeNext() });
      return g.SUBRULE(rules.body);
    }
    p.reportGap("syntax/expected-token", { expected, found: p.describeNext() });
    return p.missing();
  }

  function oddBodyAfterTensors(): Expression | undefined {
    mendEquals(p);
    if (p.at(Equals) || p.at(LeftCurly)) return undefined;
    p.reportGap("syntax/expected-token", { expected: "`=` or `{`", found: p.describeNext() });
    return p.missing();
  }

  return { declaration, constDeclaration, blockDeclaration, functionDeclaration };
}
