/**
 * A scope in the network's tree of names. Names are final only when the model is complete: an entry without a sibling of the
 * same name keeps it, others get an ordinal (`unit_1`, `unit_2`).
 */
export class PathScope {
  readonly #parent: PathScope | undefined;
  readonly #base: string;
  /** Created with the first one: most scopes have none. */
  #children: PathScope[] | undefined;
  #path: string | undefined;
  #isUsed = false;

  constructor(parent?: PathScope, base = "") {
    this.#parent = parent;
    this.#base = base;
  }

  /** A new scope inside this one. */
  child(base: string): PathScope {
    const scope = new PathScope(this, base);
    this.#children ??= [];
    this.#children.push(scope);
    return scope;
  }

  /** How many scopes were made inside this one. */
  get size(): number {
    return this.#children?.length ?? 0;
  }

  /**
   * Makes the same scopes inside this one as were made inside `other` from the `from`-th to before the `to`-th; `copies` gets each
   * copy by its original.
   */
  repeat(other: PathScope, from: number, to: number, copies: Map<PathScope, PathScope>): void {
    copies.set(other, this);
    for (const scope of other.#children?.slice(from, to) ?? []) {
      this.child(scope.#base).repeat(scope, 0, scope.size, copies);
    }
  }

  /** Marks the scope as used; unused scopes do not affect the names of others. */
  use(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#parent?.use();
  }

  /** The final path, `stage2.unit_1`; empty for the root. Call it only when nothing more will be added. */
  get path(): string {
    if (this.#path !== undefined) return this.#path;
    if (this.#parent === undefined) {
      this.#path = "";
      return "";
    }
    this.#parent.#settleChildren();
    return this.#path ?? "";
  }

  /** A name in this scope: `stage2.unit_1` and `weight` give `stage2.unit_1.weight`. */
  join(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #settleChildren(): void {
    const used = this.#children?.filter((scope) => scope.#isUsed) ?? [];
    const [only] = used;
    if (only !== undefined && used.length === 1) {
      only.#path = this.join(only.#base);
      return;
    }
    const counts = new Map<string, number>();
    for (const scope of used) counts.set(scope.#base, (counts.get(scope.#base) ?? 0) + 1);
    const taken = new Set<string>();
    if (counts.size < used.length) for (const [base, count] of counts) if (count === 1) taken.add(base);
    const ordinals = new Map<string, number>();
    for (const scope of used) {
      const base = scope.#base;
      let name = base;
      if ((counts.get(base) ?? 0) > 1) {
        let ordinal = ordinals.get(base) ?? 0;
        do {
          ordinal++;
          name = `${base}_${ordinal}`;
        } while (taken.has(name));
        ordinals.set(base, ordinal);
        taken.add(name);
      }
      scope.#path = this.join(name);
    }
  }
}

/** `DownUnit` -> `down_unit`, `PDWRes` -> `pdw_res`, `ResNet50` -> `res_net50`; names in snake case are unchanged. */
export function snakeCase(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
