/** Sets of numbers that grow together; each is known by one of its members. */
export class DisjointSets {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, i) => i);
  }

  find(member: number): number {
    const parents = this.#parents;
    let root = member;
    while (parents[root] !== root) root = parents[root] as number;
    for (let at = member; at !== root; ) {
      const up = parents[at] as number;
      parents[at] = root;
      at = up;
    }
    return root;
  }

  /** The set is known by its least member, so that the result does not depend on the order of unions. */
  union(a: number, b: number): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one !== other) this.#parents[Math.max(one, other)] = Math.min(one, other);
  }
}
