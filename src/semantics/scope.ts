import type { Span } from "../diagnostics/span.js";
import type { Module } from "./module.js";
import type { Value } from "./values.js";

/** Local names of one body, on top of the enclosing scope; the file's names are outside of all. */
export class Scope {
  readonly module: Module;
  readonly #parent: Scope | undefined;
  readonly #names = new Map<string, { readonly value: Value; readonly span: Span }>();

  constructor(module: Module, parent?: Scope) {
    this.module = module;
    this.#parent = parent;
  }

  /** A scope inside this one. */
  inner(): Scope {
    return new Scope(this.module, this);
  }

  lookup(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) {
      const found = scope.#names.get(name);
      if (found !== undefined) return found.value;
    }
    return undefined;
  }

  /** Where `name` was bound in this scope itself. */
  ownSpan(name: string): Span | undefined {
    return this.#names.get(name)?.span;
  }

  bind(name: string, value: Value, span: Span): void {
    this.#names.set(name, { value, span });
  }

  /** Every visible local name. */
  *visibleNames(): Iterable<string> {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) yield* scope.#names.keys();
  }
}
