import { type Diagnostic, diagnose } from "./diagnostics/diagnostic.js";
import { isCut, limited } from "./diagnostics/mistake-limit.js";
import type { Span } from "./diagnostics/span.js";
import type { Claim } from "./recipe/claim.js";
import { resolveClaims, wordOfCheck } from "./semantics/checks/claims.js";
import { withoutEchoes } from "./semantics/damage.js";
import { Evaluator } from "./semantics/expressions/evaluator.js";
import { Declarations } from "./semantics/models/declarations.js";
import type { Module } from "./semantics/module.js";
import { lintModule } from "./semantics/names/lints.js";
import { linkProgram, type Sources } from "./semantics/names/program.js";
import { Reporter } from "./semantics/reporter.js";
import type { CheckDeclaration, Declaration } from "./syntax/ast.js";

/** A file of one `check { ... }` without a model's name, for models that are in no `.lfer` file. */
export interface CompiledBudget {
  /** By file and position. */
  readonly diagnostics: readonly Diagnostic[];
  readonly claims: readonly Claim[];
}

const words: Readonly<Record<Declaration["kind"], string>> = {
  ConstDeclaration: "const",
  FunctionDeclaration: "fn",
  BlockDeclaration: "block",
  ModelDeclaration: "model",
  VariantDeclaration: "variant",
  RecipeDeclaration: "recipe",
  CheckDeclaration: "check",
};

const isBudget = (each: Declaration): each is CheckDeclaration => each.kind === "CheckDeclaration" && each.isForAny;

/** Names that the claims of a budget may use. */
const isBeside = ({ kind }: Declaration): boolean => kind === "ConstDeclaration" || kind === "FunctionDeclaration";

/** The check of a budget, or what the file has instead, and where. */
function checkOf(declarations: readonly Declaration[]): CheckDeclaration | { found: string; span: Span | undefined } {
  const odd = declarations.find((each) => !isBudget(each) && !isBeside(each));
  if (odd !== undefined) return { found: `it has \`${words[odd.kind]} ${odd.name.text}\``, span: odd.name.span };
  const [check, second] = declarations.filter(isBudget);
  if (second !== undefined) return { found: "it has a second check", span: wordOfCheck(second) };
  return check ?? { found: "it has no check", span: undefined };
}

/** Compiles a budget, and reports every error. Files of another kind are refused. */
export function compileBudget(sources: Sources): CompiledBudget {
  const reporter = new Reporter();
  const program = linkProgram(sources, reporter);
  const { entry, modules } = program;
  const finish = (claims: readonly Claim[] = []): CompiledBudget => ({
    diagnostics: limited(withoutEchoes(modules, reporter.sorted(sources.files.keys()))),
    claims,
  });
  if (entry === undefined) {
    const problem = sources.problems.get(sources.entry);
    if (problem !== undefined) reporter.add(problem.make(undefined));
    return finish();
  }
  if (reporter.isFull || [...sources.files.values()].some((file) => isCut(file.diagnostics))) return finish();
  const facts = new Declarations(program, reporter);
  facts.check();
  const claims = claimsOf(entry, facts, reporter);
  for (const module of modules) lintModule(module, module === entry, reporter);
  return finish(claims);
}

function claimsOf(entry: Module, facts: Declarations, reporter: Reporter): readonly Claim[] {
  const check = checkOf(entry.tree.declarations);
  if ("found" in check) {
    const { found, span } = check;
    // A check may be missing because the parser could not read it.
    if (span === undefined && reporter.errorCount > 0) return [];
    reporter.add(diagnose("budget/not-a-budget", { file: entry.path, found }, span === undefined ? {} : { span }));
    return [];
  }
  return entry.damage.declarations.has(check) ? [] : resolveClaims(new Evaluator(reporter, facts), check, entry);
}
