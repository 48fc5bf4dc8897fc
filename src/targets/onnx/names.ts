/** Names that are taken, and fresh ones beside them. */
export class NameScope {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** Takes `wanted`, or `wanted_2`, `wanted_3`... where it is gone. */
  take(wanted: string): string {
    let name = wanted;
    if (this.#taken.has(name)) {
      let ordinal = this.#next.get(wanted) ?? 2;
      while (this.#taken.has(`${wanted}_${ordinal}`)) ordinal++;
      this.#next.set(wanted, ordinal + 1);
      name = `${wanted}_${ordinal}`;
    }
    this.#taken.add(name);
    return name;
  }
}

/** `LogSoftmax` -> `log_softmax`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
