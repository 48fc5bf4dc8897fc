import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { Declaration, SourceTree } from "../../syntax/ast.js";
import type { DivisionRemark } from "../../syntax/divisions.js";
import { isBuiltinName, isReservedName } from "../calls/builtins.js";
import { findDamage } from "../damage.js";
import type { Module, NamedDeclaration } from "../module.js";
import type { Reporter } from "../reporter.js";

/** One parsed file. */
export interface SourceFile {
  /** Project-relative, forward slashes; `std/...` for the standard library. */
  readonly path: string;
  readonly text: string;
  readonly tree: SourceTree;
  /** The parser's diagnostics. */
  readonly diagnostics: readonly Diagnostic[];
  /** Comments that look like divisors, by the end of the value before them. */
  readonly divisions: ReadonlyMap<number, DivisionRemark>;
  /** Parts of the text that the parser replaced, because they are of another language. */
  readonly replaced: readonly Span[];
}

/** Why an imported file is not among the files. */
export interface ImportProblem {
  readonly make: (span: Span | undefined) => Diagnostic;
}

/** All inputs of a compilation. */
export interface Sources {
  readonly entry: string;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly problems: ReadonlyMap<string, ImportProblem>;
  /** The path that an import refers to, or undefined if it is outside the project. */
  readonly resolve: (importer: string, from: string) => string | undefined;
}

export interface Program {
  readonly entry: Module | undefined;
  readonly modules: readonly Module[];
}

type MutableModule = Module & { names: Map<string, NamedDeclaration>; missing: Set<string> };

const isNamed = (declaration: Declaration): declaration is NamedDeclaration["declaration"] =>
  declaration.kind !== "CheckDeclaration";

/** Links files into modules: own names first, then imports; duplicates, unknown names and import cycles are reported. */
export function linkProgram(sources: Sources, reporter: Reporter): Program {
  const modules = new Map<string, MutableModule>();
  for (const file of sources.files.values()) {
    for (const diagnostic of file.diagnostics) reporter.add(diagnostic);
    const { path, text, tree, diagnostics, divisions, replaced } = file;
    const damage = findDamage(text, tree, diagnostics, replaced);
    const module: MutableModule = { path, text, tree, damage, divisions, names: new Map(), missing: new Set() };
    modules.set(file.path, module);
    for (const declaration of file.tree.declarations) {
      if (isNamed(declaration) && !reporter.isFull) declare(module, declaration, reporter);
    }
  }
  for (const module of modules.values()) linkImports(sources, modules, module, reporter);
  reportCycles(sources, modules, reporter);
  return { entry: modules.get(sources.entry), modules: [...modules.values()] };
}

function declare(module: MutableModule, declaration: NamedDeclaration["declaration"], reporter: Reporter): void {
  const { text: name, span } = declaration.name;
  const earlier = module.names.get(name);
  if (earlier !== undefined) {
    const related = [{ message: `"${name}" is declared here first`, span: earlier.declaration.name.span }];
    reporter.add(diagnose("resolve/duplicate-name", { name }, { span, related }));
  } else if (declaration.kind === "ConstDeclaration" ? isReservedName(name) : isBuiltinName(name)) {
    reporter.add(diagnose("resolve/name-is-built-in", { name }, { span }));
  } else {
    module.names.set(name, { declaration, module });
  }
}

function linkImports(
  sources: Sources,
  modules: ReadonlyMap<string, MutableModule>,
  module: MutableModule,
  reporter: Reporter,
): void {
  for (const { from, names } of module.tree.imports) {
    const path = sources.resolve(module.path, from.value);
    const target = path === undefined ? undefined : modules.get(path);
    if (target === undefined) for (const { text } of names) module.missing.add(text);
    if (path === undefined) {
      reporter.add(diagnose("import/outside-project", { from: from.value }, { span: from.span }));
      continue;
    }
    if (target === undefined) {
      const problem = sources.problems.get(path);
      if (problem !== undefined) reporter.add(problem.make(from.span));
      continue;
    }
    const offered = new Map(
      target.tree.declarations.filter(isNamed).map((declaration) => [declaration.name.text, declaration]),
    );
    for (const { text: name, span } of names) {
      const own = offered.get(name);
      const earlier = module.names.get(name);
      if (own === undefined) {
        module.missing.add(name);
        reporter.add(
          diagnose(
            "import/unknown-name",
            { name, from: from.value, suggestion: reporter.suggest(name, () => offered.keys()) },
            { span },
          ),
        );
      } else if (earlier !== undefined && earlier.declaration !== own) {
        const related = [{ message: `"${name}" is declared here`, span: earlier.declaration.name.span }];
        reporter.add(diagnose("resolve/duplicate-name", { name }, { span, related }));
      } else {
        module.names.set(name, { declaration: own, module: target });
      }
    }
  }
}

/** Depth-first over imports; each cycle is reported once, at the import that closes it. */
function reportCycles(sources: Sources, modules: ReadonlyMap<string, Module>, reporter: Reporter): void {
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    state.set(path, "open");
    for (const { from } of modules.get(path)?.tree.imports ?? []) {
      const next = sources.resolve(path, from.value);
      if (next === undefined || !modules.has(next)) continue;
      if (state.get(next) === "open") {
        const cycle = [...trail.slice(trail.indexOf(next)), next].join(" -> ");
        reporter.add(diagnose("import/cycle", { cycle }, { span: from.span }));
      } else if (state.get(next) === undefined) {
        visit(next, [...trail, next]);
      }
    }
    state.set(path, "done");
  };
  if (modules.has(sources.entry)) visit(sources.entry, [sources.entry]);
}
