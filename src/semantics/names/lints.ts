import { diagnose } from "../../diagnostics/diagnostic.js";
import type { Declaration, Statement } from "../../syntax/ast.js";
import type { Identifier } from "../../syntax/ast-expressions.js";
import { isStandard, type Module } from "../module.js";
import type { Reporter } from "../reporter.js";
import { namesIn } from "./references.js";

/** Lints files without errors: in a file with errors, an unused name is usually used in the broken part. */
export function lintModule(module: Module, isEntry: boolean, reporter: Reporter): void {
  const isBroken = reporter.diagnostics.some((d) => d.severity === "error" && d.span?.file === module.path);
  if (!isBroken && !isStandard(module)) lintNames(module, isEntry, reporter);
}

/**
 * Warns about names that nothing uses, and of a missing edition. Names that begin with `_` are exempt. Declarations are only those
 * of the entry file, as others are imported, and only if it has a model: a file without one is a library.
 */
function lintNames(module: Module, isEntry: boolean, reporter: Reporter): void {
  const { edition, declarations, file } = module.tree;
  if (edition === undefined && declarations.length > 0) {
    const span = { file, start: 0, end: 0 };
    const fix = { title: "Write `lfer 1`", span, text: "lfer 1\n\n" };
    reporter.add(diagnose("lint/no-edition", {}, { span, fix }));
  }
  for (const declaration of declarations) {
    lintBindings(declaration, reporter);
    lintParameters(declaration, reporter);
  }
  if (isEntry && declarations.some(({ kind }) => kind === "ModelDeclaration")) lintDeclarations(module, reporter);
  const used = new Set<string>();
  for (const { text } of namesIn(module.tree.declarations).used) used.add(text);
  for (const { names } of module.tree.imports) {
    for (const { text: name, span } of names) {
      if (!used.has(name)) reporter.report("lint/unused-import", { name }, span);
    }
  }
}

/** What others of the file use; models, variants, recipes and checks are used from outside. */
const usable: Readonly<Partial<Record<Declaration["kind"], string>>> = {
  ConstDeclaration: "constant",
  BlockDeclaration: "block",
  FunctionDeclaration: "function",
};

function lintDeclarations({ tree }: Module, reporter: Reporter): void {
  const used = new Set(namesIn(tree.declarations).used.map(({ text }) => text));
  for (const { kind, name } of tree.declarations) {
    const what = usable[kind];
    if (what === undefined || used.has(name.text) || name.text.startsWith("_")) continue;
    reporter.report("lint/unused-declaration", { name: name.text, what }, name.span);
  }
}

function lintParameters(declaration: Declaration, reporter: Reporter): void {
  if (!("parameters" in declaration)) return;
  const used = new Set(namesIn(declaration).used.map(({ text }) => text));
  const of = declaration.name.text;
  const lint = ({ text: name, span }: Identifier, what: "parameter" | "tensor"): void => {
    if (!used.has(name) && !name.startsWith("_")) reporter.report("lint/unused-parameter", { name, of, what }, span);
  };
  for (const { name } of declaration.parameters) lint(name, "parameter");
  if (declaration.kind === "ModelDeclaration" || declaration.kind === "RecipeDeclaration") return;
  for (const name of declaration.inputs ?? []) lint(name, "tensor");
}

function statementsOf(declaration: Declaration): readonly Statement[] {
  switch (declaration.kind) {
    case "ModelDeclaration":
      return declaration.statements;
    case "BlockDeclaration":
    case "FunctionDeclaration":
      return declaration.body.kind === "Body" ? declaration.body.statements : [];
    default:
      return [];
  }
}

function lintBindings(declaration: Declaration, reporter: Reporter): void {
  const statements = statementsOf(declaration);
  if (statements.length === 0) return;
  const used = new Set<string>();
  for (const { text } of namesIn(declaration).used) used.add(text);
  for (const statement of statements) {
    if (statement.kind === "RequireStatement") continue;
    const names = statement.kind === "BindingStatement" ? statement.names : [statement.name];
    // If one of several results is used, all may be named: `left, right = split(x)`.
    if (names.some(({ text }) => used.has(text))) continue;
    for (const { text: name, span } of names) {
      if (!name.startsWith("_")) reporter.report("lint/unused-binding", { name }, span);
    }
  }
}
