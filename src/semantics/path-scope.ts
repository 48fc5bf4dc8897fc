/** How a scope is called before it gets a number. */
interface BaseName {
  readonly base: string;
  /** Whether it has a number even without a sibling of the same name: a part of a `repeat`, `grid` or `for`. */
  readonly isNumbered?: boolean;
  /** What earlier versions called it, if that is not `base`. */
  readonly formerBase?: string;
}

/**
 * A scope in the network's tree of names. Names are final only when the model is complete: siblings of the same name get an
 * ordinal (`unit_1`, `unit_2`), and so does a part of a `repeat`, `grid` or `for` that is alone; others keep their name.
 */
export class PathScope {
  readonly #parent: PathScope | undefined;
  readonly #name: BaseName;
  /** The scope whose children this one makes, all of them numbered: see {@link numbering}. */
  readonly #of: PathScope | undefined;
  /** Created with the first one: most scopes have none. */
  #children: PathScope[] | undefined;
  #path: string | undefined;
  /** Undefined if it is the path. */
  #formerPath: string | undefined;
  #isUsed = false;

  constructor(parent?: PathScope, name: BaseName = { base: "" }, of?: PathScope) {
    this.#parent = parent;
    this.#name = name;
    this.#of = of;
  }

  /** A new scope inside this one. */
  child(base: string, formerBase?: string): PathScope {
    if (this.#of !== undefined) return this.#of.#add({ base, isNumbered: true });
    return this.#add(formerBase === undefined ? { base } : { base, formerBase });
  }

  #add(name: BaseName): PathScope {
    const scope = new PathScope(this, name);
    this.#children ??= [];
    this.#children.push(scope);
    return scope;
  }

  /** This scope, but what is made inside it gets a number, even if it stays alone. */
  numbering(): PathScope {
    return this.#of === undefined ? new PathScope(this.#parent, this.#name, this) : this;
  }

  /** How many scopes were made inside this one. */
  get size(): number {
    return (this.#of ?? this).#children?.length ?? 0;
  }

  /**
   * Makes the same scopes inside this one as were made inside `other` from the `from`-th to before the `to`-th; `copies` gets each
   * copy by its original.
   */
  repeat(other: PathScope, from: number, to: number, copies: Map<PathScope, PathScope>): void {
    copies.set(other, this);
    for (const scope of other.#children?.slice(from, to) ?? []) {
      this.#add(scope.#name).repeat(scope, 0, scope.size, copies);
    }
  }

  /** Marks the scope as used; unused scopes do not affect the names of others. */
  use(): void {
    this.#of?.use();
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#parent?.use();
  }

  /** The final path, `stage2.unit_1`; empty for the root. Call it only when nothing more will be added. */
  get path(): string {
    if (this.#of !== undefined) return this.#of.path;
    if (this.#path !== undefined) return this.#path;
    if (this.#parent === undefined) {
      this.#path = "";
      return "";
    }
    this.#parent.#settleChildren();
    return this.#path ?? "";
  }

  /** The path in earlier versions, which files of weights may have; undefined if it is the same. */
  get formerPath(): string | undefined {
    const { path } = this;
    const former = (this.#of ?? this).#formerPath;
    return former === path ? undefined : former;
  }

  #settleChildren(): void {
    const used = this.#children?.filter((scope) => scope.#isUsed) ?? [];
    const names = numbered(used.map((scope) => scope.#name));
    const isSame =
      this.formerPath === undefined &&
      used.every((scope) => scope.#name.isNumbered !== true && scope.#name.formerBase === undefined);
    const formers = isSame
      ? names
      : numbered(used.map((scope) => ({ base: scope.#name.formerBase ?? scope.#name.base })));
    for (const [i, scope] of used.entries()) {
      scope.#path = joined(this.path, names[i] as string);
      scope.#formerPath = isSame ? undefined : joined(this.formerPath ?? this.path, formers[i] as string);
    }
  }
}

/** `stage2.unit_1` and `weight` give `stage2.unit_1.weight`; an empty side adds nothing. */
export function joined(path: string, name: string): string {
  if (path === "") return name;
  return name === "" ? path : `${path}.${name}`;
}

/** The names of siblings, each with its number where it needs one. */
function numbered(siblings: readonly BaseName[]): readonly string[] {
  const [only] = siblings;
  if (only !== undefined && siblings.length === 1) return [only.isNumbered ? `${only.base}_1` : only.base];
  const counts = new Map<string, number>();
  for (const { base } of siblings) counts.set(base, (counts.get(base) ?? 0) + 1);
  const keepsName = ({ base, isNumbered }: BaseName): boolean => counts.get(base) === 1 && !isNumbered;
  const taken = new Set<string>();
  for (const sibling of siblings) if (keepsName(sibling)) taken.add(sibling.base);
  const ordinals = new Map<string, number>();
  return siblings.map((sibling) => {
    const { base } = sibling;
    if (keepsName(sibling)) return base;
    let ordinal = ordinals.get(base) ?? 0;
    let name: string;
    do {
      ordinal++;
      name = `${base}_${ordinal}`;
    } while (taken.has(name));
    ordinals.set(base, ordinal);
    taken.add(name);
    return name;
  });
}

/** `DownUnit` -> `down_unit`, `PDWRes` -> `pdw_res`, `ResNet50` -> `res_net50`; names in snake case are unchanged. */
export function snakeCase(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
