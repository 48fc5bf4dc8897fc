import type { Module, NamedDeclaration } from "../module.js";
import type { Reporter } from "../reporter.js";
import { namesIn } from "./references.js";

type DeclarationNode = NamedDeclaration["declaration"];

/** A declaration being visited: the names it uses that are not visited yet. */
interface Step {
  readonly named: NamedDeclaration;
  readonly uses: Iterator<{ readonly text: string; readonly span: NamedDeclaration["declaration"]["span"] }>;
}

export interface DeclarationOrder {
  /** Every declaration comes after those that it uses. */
  readonly order: readonly NamedDeclaration[];
  /** Declarations that use themselves, directly or indirectly. */
  readonly recursive: ReadonlySet<DeclarationNode>;
}

/** Kinds of declarations that others can use. */
const usable: ReadonlySet<DeclarationNode["kind"]> = new Set([
  "ConstDeclaration",
  "BlockDeclaration",
  "FunctionDeclaration",
  "VariantDeclaration",
]);

/** Orders declarations by use, iteratively; each cycle is reported once. */
export function orderDeclarations(modules: readonly Module[], reporter: Reporter): DeclarationOrder {
  const order: NamedDeclaration[] = [];
  const recursive = new Set<DeclarationNode>();
  const state = new Map<DeclarationNode, "open" | "done">();
  const trail: Step[] = [];
  const enter = (named: NamedDeclaration): void => {
    state.set(named.declaration, "open");
    trail.push({ named, uses: outerNames(named.declaration) });
  };
  const follow = (
    module: Module,
    { text, span }: { readonly text: string; readonly span: DeclarationNode["span"] },
  ): void => {
    const next = module.names.get(text);
    const found = next === undefined ? "done" : state.get(next.declaration);
    // A model is not a value: its name in an expression is another error.
    if (next === undefined || found === "done" || (found === "open" && !usable.has(next.declaration.kind))) return;
    if (found === undefined) {
      enter(next);
      return;
    }
    const start = trail.findIndex((step) => step.named.declaration === next.declaration);
    const cycle = trail.slice(start).map((step) => step.named.declaration);
    for (const step of cycle) recursive.add(step);
    const names = [...cycle.map((step) => step.name.text), text].join(" -> ");
    reporter.report("resolve/recursive-declaration", { cycle: names }, span);
  };
  for (const module of modules) {
    for (const named of module.names.values()) {
      if (state.get(named.declaration) === undefined) enter(named);
      for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
        const use = step.uses.next();
        if (use.done !== true) follow(step.named.module, use.value);
        else {
          state.set(step.named.declaration, "done");
          order.push(step.named);
          trail.pop();
        }
      }
    }
  }
  return { order, recursive };
}

/** The outer names that a declaration uses: its own parameters, tensors and bindings shadow the file's names. */
function* outerNames(declaration: DeclarationNode) {
  const { used, bound } = namesIn(declaration);
  for (const name of used) if (!bound.has(name.text)) yield name;
}
