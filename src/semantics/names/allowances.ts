import { lintEntries } from "../../diagnostics/catalogue/lint.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { Allowance, Declaration } from "../../syntax/ast.js";
import type { Module } from "../module.js";
import type { Reporter } from "../reporter.js";

/** Warnings about a whole file or its imports, which stand behind nothing, and the one about an `allow` itself. */
const unplaced: readonly string[] = ["lint/no-edition", "lint/unused-import", "lint/unused-allow"];

const allowable: readonly string[] = Object.keys(lintEntries).filter((code) => !unplaced.includes(code));

/**
 * Withdraws the warnings that a file allows. With `areModelsWhole`, in the entry file when all its models were made, reports each
 * `allow` that silences nothing, unless an error may have hidden what it is about.
 */
export function applyAllowances(module: Module, areModelsWhole: boolean, reporter: Reporter): void {
  const { allowances, declarations } = module.tree;
  const wanted = allowances.filter((allowance) => isSound(allowance, reporter));
  const unused = new Set(wanted);
  const covered = wanted.map((allowance) => ({ allowance, covers: behind(allowance, declarations) }));
  const isMeant = ({ code, span, severity }: Diagnostic): boolean => {
    if (severity !== "warning" || span?.file !== module.path) return false;
    const found = covered.filter(({ allowance, covers }) => {
      const isInside = covers !== undefined && covers.start <= span.start && span.end <= covers.end;
      return isInside && allowance.code.value === code;
    });
    for (const { allowance } of found) unused.delete(allowance);
    return found.length > 0;
  };
  if (wanted.length > 0) reporter.withdraw(isMeant);
  if (!areModelsWhole || reporter.errorCount > 0) return;
  for (const { code, span } of unused) reporter.report("lint/unused-allow", { code: code.value }, span);
}

function isSound({ code, reason }: Allowance, reporter: Reporter): boolean {
  const { value } = code;
  if (!allowable.includes(value)) {
    const suggestion = reporter.suggest(value, () => allowable);
    reporter.report("resolve/unknown-lint", { code: value, known: allowable.join(", "), suggestion }, code.span);
    return false;
  }
  if (reason.value.trim() === "") {
    reporter.report("resolve/allow-without-reason", { code: value }, reason.span);
    return false;
  }
  return true;
}

/** The first statement, result or output behind an `allow`, if it stands within a declaration; else the declaration behind it. */
function behind({ span }: Allowance, declarations: readonly Declaration[]): Span | undefined {
  const around = declarations.find((each) => each.span.start <= span.start && span.end <= each.span.end);
  const candidates = around === undefined ? declarations.map((each) => each.span) : membersOf(around);
  return candidates.find(({ start }) => start >= span.end);
}

/** The spans of what stands line by line within a declaration, in source order. */
function membersOf(declaration: Declaration): readonly Span[] {
  if (declaration.kind === "ModelDeclaration") {
    return [...declaration.statements, ...declaration.outputs].map(({ span }) => span);
  }
  const body = "body" in declaration ? declaration.body : undefined;
  if (body?.kind !== "Body") return [];
  const { statements, results } = body;
  const first = results[0]?.span;
  const last = results.at(-1)?.span;
  const result = first === undefined || last === undefined ? [] : [{ ...first, end: last.end }];
  return [...statements.map(({ span }) => span), ...result];
}
