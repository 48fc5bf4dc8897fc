import type { IOrAlt } from "chevrotain";
import type {
  BindingStatement,
  Body,
  InputDeclaration,
  OutputDeclaration,
  RequireStatement,
  ShareStatement,
  Statement,
  WeightStatement,
} from "../ast.js";
import type { Expression } from "../ast-expressions.js";
import { beginsDeclaration } from "../classify.js";
import {
  Binding,
  Colon,
  Comma,
  Equals,
  In,
  Input,
  LeftCurly,
  Output,
  Require,
  Return,
  RightCurly,
  Share,
  Training,
  Weight,
} from "../tokens.js";
import { identifier, mendColon, mendEquals, stringOr } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";
import { refuseReservedBinding, settle } from "./statement-guards.js";

/** Inputs, outputs and statements, and the bodies that contain them. */
export function statementRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const inputDeclaration = g.RULE("modelInput", (): InputDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Input);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the input"] });
    g.ACTION(() => mendColon(p));
    g.CONSUME(Colon);
    const type = g.SUBRULE(rules.tensor);
    const value = g.OPTION(() => {
      g.CONSUME(Equals);
      return g.SUBRULE(rules.expression);
    });
    return { kind: "InputDeclaration", name, type, value, span: p.spanFrom(start) };
  });

  const outputDeclaration = g.RULE("modelOutput", (): OutputDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Output);
    const names = g.SUBRULE(rules.names, { ARGS: ["the name of a value"] });
    g.ACTION(() => mendColon(p));
    const value = g.OPTION(() => {
      g.CONSUME(Colon);
      return g.SUBRULE(rules.expression);
    });
    let inTraining = false;
    g.OPTION2(() => {
      g.CONSUME(In);
      g.CONSUME(Training);
      inTraining = true;
    });
    return { kind: "OutputDeclaration", names, value, inTraining, span: p.spanFrom(start) };
  });

  const statement = g.RULE("statement", (): Statement | undefined => g.OR(statements));

  const statements: IOrAlt<Statement | undefined>[] = [
    { ALT: () => g.SUBRULE(rules.binding) },
    { ALT: () => g.SUBRULE(rules.share) },
    { ALT: () => g.SUBRULE(rules.weight) },
    { ALT: () => g.SUBRULE(rules.require) },
    {
      ALT: () => {
        g.SUBRULE(rules.allow);
        return undefined;
      },
    },
  ];

  const binding = g.RULE("binding", (): BindingStatement => {
    const start = p.startOffset;
    g.ACTION(() => refuseReservedBinding(p));
    const names = [identifier(g.CONSUME(Binding), p.file)];
    g.MANY(() => {
      g.CONSUME(Comma);
      names.push(g.SUBRULE(rules.name));
    });
    g.ACTION(() => mendEquals(p));
    g.CONSUME(Equals);
    const value = g.SUBRULE(rules.expression);
    return { kind: "BindingStatement", names, value, span: p.spanFrom(start) };
  });

  const share = g.RULE("share", (): ShareStatement => {
    const start = p.startOffset;
    g.CONSUME(Share);
    const name = g.SUBRULE(rules.name);
    g.ACTION(() => mendEquals(p));
    g.CONSUME(Equals);
    const value = g.SUBRULE(rules.expression);
    return { kind: "ShareStatement", name, value, span: p.spanFrom(start) };
  });

  const weight = g.RULE("weight", (): WeightStatement => {
    const start = p.startOffset;
    g.CONSUME(Weight);
    const name = g.SUBRULE(rules.name);
    g.ACTION(() => mendColon(p));
    g.CONSUME(Colon);
    const type = g.SUBRULE(rules.tensor);
    g.CONSUME(Equals);
    const initializer = g.SUBRULE(rules.expression);
    return { kind: "WeightStatement", name, type, initializer, span: p.spanFrom(start) };
  });

  const require = g.RULE("require", (): RequireStatement => {
    const start = p.startOffset;
    g.CONSUME(Require);
    const condition = g.SUBRULE(rules.expression);
    g.CONSUME(Comma);
    const message = g.ACTION(() => stringOr(p, "a message in double quotes")) ?? g.SUBRULE(rules.string);
    return { kind: "RequireStatement", condition, message, span: p.spanFrom(start) };
  });

  const body = g.RULE("body", (): Body => {
    const start = p.startOffset;
    const statements: Statement[] = [];
    const results: Expression[] = [];
    p.open(p.LA(1), RightCurly);
    g.CONSUME(LeftCurly);
    g.ACTION(() => settle(p, "body"));
    g.MANY(() => {
      put(statements, g.SUBRULE(rules.statement));
      g.ACTION(() => settle(p, "body"));
    });
    if (g.ACTION(() => missingReturn(p)) !== true) {
      g.CONSUME(Return);
      g.separated(Comma, () => results.push(g.SUBRULE(rules.expression)));
      g.ACTION(() => refuseAfterReturn(p));
    }
    g.CONSUME(RightCurly);
    p.close();
    return { kind: "Body", statements, results, span: p.spanFrom(start) };
  });

  return { inputDeclaration, outputDeclaration, statement, binding, share, weight, require, body };
}

/** Adds what a statement rule returned. */
export function put(statements: Statement[], statement: Statement | undefined): void {
  if (statement !== undefined) statements.push(statement);
}

function missingReturn(p: Parsing): boolean {
  if (p.at(Return)) return false;
  if (p.at(RightCurly)) p.reportNext("syntax/missing-return", {});
  return true;
}

function refuseAfterReturn(p: Parsing): void {
  if (p.at(RightCurly) || p.atEnd || beginsDeclaration(p.LA(1).tokenType)) return;
  const why = "`return` ends a body.";
  p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why });
  while (!p.at(RightCurly) && !p.atEnd && !beginsDeclaration(p.LA(1).tokenType)) p.skipBalanced();
}
