import type { InputDeclaration, ModelDeclaration, OutputDeclaration, Statement, VariantDeclaration } from "../ast.js";
import { beginsStatement } from "../classify.js";
import { Equals, Input, LeftCurly, Model, Output, RightCurly, Variant } from "../tokens.js";
import { mendEquals } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";
import { settle } from "./statement-guards.js";
import { put } from "./statement-rules.js";

/** Models and their variants. */
export function modelRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const modelDeclaration = g.RULE("model", (doc: string | undefined): ModelDeclaration => {
    const start = p.startOffset;
    const inputs: InputDeclaration[] = [];
    const statements: Statement[] = [];
    const outputs: OutputDeclaration[] = [];
    g.CONSUME(Model);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the model"] });
    const parameters = g.OPTION(() => g.SUBRULE(rules.params)) ?? [];
    p.open(p.LA(1), RightCurly);
    g.CONSUME(LeftCurly);
    g.ACTION(() => settle(p, "model"));
    if (g.ACTION(() => missingInput(p)) !== true) {
      g.AT_LEAST_ONE(() => {
        inputs.push(g.SUBRULE(rules.inputDeclaration));
        g.ACTION(() => settle(p, "model"));
      });
    }
    g.MANY(() => {
      put(statements, g.SUBRULE(rules.statement));
      g.ACTION(() => settle(p, "model"));
    });
    g.ACTION(() => takeLateInputs(inputs, statements));
    if (g.ACTION(() => missingOutput(p)) !== true) {
      outputs.push(g.SUBRULE(rules.outputDeclaration));
      g.ACTION(() => settle(p, "model"));
      g.MANY2(() => {
        g.OR([
          { ALT: () => void outputs.push(g.SUBRULE2(rules.outputDeclaration)) },
          { ALT: () => void g.SUBRULE(rules.allow) },
        ]);
        g.ACTION(() => settle(p, "model"));
      });
    }
    g.ACTION(() => takeLateMembers(inputs, statements, outputs));
    g.CONSUME(RightCurly);
    p.close();
    const parts = { parameters, inputs, statements, outputs };
    return { kind: "ModelDeclaration", doc, name, ...parts, span: p.spanFrom(start) };
  });

  const variantDeclaration = g.RULE("variant", (doc: string | undefined): VariantDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Variant);
    const name = g.SUBRULE(rules.name, { ARGS: ["a name for the variant"] });
    g.ACTION(() => mendEquals(p));
    g.CONSUME(Equals);
    const base = g.SUBRULE2(rules.name, { ARGS: ["the name of a model"] });
    const given = g.OPTION(() => g.SUBRULE(rules.args)) ?? [];
    return { kind: "VariantDeclaration", doc, name, base, arguments: given, span: p.spanFrom(start) };
  });

  function takeLateInputs(inputs: InputDeclaration[], statements: Statement[]): void {
    let isReported = inputs.length === 0;
    while (p.at(Input) || (isReported && atStatement(p))) {
      if (p.at(Input)) {
        if (!isReported) p.reportNext("syntax/out-of-order", { part: "input", before: "statements" });
        isReported = true;
        inputs.push(g.SUBRULE(rules.inputDeclaration));
      } else put(statements, g.SUBRULE(rules.statement));
      settle(p, "model");
    }
  }

  function takeLateMembers(inputs: InputDeclaration[], statements: Statement[], outputs: OutputDeclaration[]): void {
    let isReported = outputs.length === 0;
    while (p.at(Input) || p.at(Output) || atStatement(p)) {
      if (!isReported && !p.at(Output)) {
        const part = p.at(Input) ? "input" : "statement";
        p.reportNext("syntax/out-of-order", { part, before: "outputs" });
        isReported = true;
      }
      if (p.at(Input)) inputs.push(g.SUBRULE(rules.inputDeclaration));
      else if (p.at(Output)) outputs.push(g.SUBRULE(rules.outputDeclaration));
      else put(statements, g.SUBRULE(rules.statement));
      settle(p, "model");
    }
  }

  return { modelDeclaration, variantDeclaration };
}

function missingInput(p: Parsing): boolean {
  if (p.at(Input)) return false;
  p.reportGap("syntax/missing-input", {});
  return true;
}

function missingOutput(p: Parsing): boolean {
  if (p.at(Output)) return false;
  if (p.at(RightCurly)) p.reportNext("syntax/missing-output", {});
  return true;
}

function atStatement(p: Parsing): boolean {
  return beginsStatement(p.LA(1).tokenType) && !p.at(Input) && !p.at(Output);
}
