import type { Declaration, Statement } from "../../syntax/ast.js";
import { isStandard, type Module } from "../module.js";
import type { Reporter } from "../reporter.js";
import { namesIn } from "./references.js";

/** Lints files without errors: in a file with errors, an unused name is usually used in the broken part. */
export function lintModule(module: Module, reporter: Reporter): void {
  const isBroken = reporter.diagnostics.some((d) => d.severity === "error" && d.span?.file === module.path);
  if (!isBroken && !isStandard(module)) lintUnused(module, reporter);
}

/** Warns about unused bindings and imports. Names that begin with `_` are exempt. */
function lintUnused(module: Module, reporter: Reporter): void {
  for (const declaration of module.tree.declarations) lintBindings(declaration, reporter);
  const used = new Set<string>();
  for (const { text } of namesIn(module.tree.declarations).used) used.add(text);
  for (const { names } of module.tree.imports) {
    for (const { text: name, span } of names) {
      if (!used.has(name)) reporter.report("lint/unused-import", { name }, span);
    }
  }
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
