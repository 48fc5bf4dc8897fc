import type { Module, NamedDeclaration } from "./program.js";
import { referencedNames } from "./references.js";
import type { Reporter } from "./reporter.js";

type DeclarationNode = NamedDeclaration["declaration"];

/** Finds the declarations that use themselves, directly or by way of others, and reports each cycle once. */
export function findRecursion(modules: readonly Module[], reporter: Reporter): ReadonlySet<DeclarationNode> {
  const recursive = new Set<DeclarationNode>();
  const state = new Map<DeclarationNode, "open" | "done">();
  const trail: NamedDeclaration[] = [];
  const visit = (named: NamedDeclaration): void => {
    const { declaration, module } = named;
    state.set(declaration, "open");
    trail.push(named);
    for (const { text, span } of uses(declaration)) {
      const next = module.names.get(text);
      if (next === undefined) continue;
      const found = state.get(next.declaration);
      if (found === undefined) visit(next);
      else if (found === "open") {
        const start = trail.findIndex((step) => step.declaration === next.declaration);
        const cycle = trail.slice(start).map((step) => step.declaration);
        for (const step of cycle) recursive.add(step);
        const names = [...cycle.map((step) => step.name.text), text].join(" -> ");
        reporter.report("resolve/recursive-declaration", { cycle: names }, span);
      }
    }
    trail.pop();
    state.set(declaration, "done");
  };
  for (const module of modules) {
    for (const named of module.names.values()) {
      if (state.get(named.declaration) === undefined) visit(named);
    }
  }
  return recursive;
}

/** Names that a declaration uses from outside: its own parameters, tensors and bindings hide the file's names. */
function* uses(declaration: DeclarationNode) {
  const own = new Set<string>();
  if ("parameters" in declaration) for (const { name } of declaration.parameters) own.add(name.text);
  if (declaration.kind === "BlockDeclaration" || declaration.kind === "FunctionDeclaration") {
    for (const name of declaration.inputs ?? []) own.add(name.text);
  }
  for (const name of referencedNames(declaration)) if (!own.has(name.text)) yield name;
}
