/** Names in use; gives new unique ones. */
export class NameScope {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** Takes `wanted`, or `wanted_2`, `wanted_3`... if it is in use. */
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
export function opTypeName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** `floats_0`, `int64s_0_29_m1`: the values of the constant, as far as they fit. */
export function constantName(kind: string, values: readonly number[] | number): string {
  const list = typeof values === "number" ? [values] : values;
  const text = `${kind}_${list.join("_").replaceAll("-", "m")}`;
  return text.length > 60 ? `${kind}_of_${list.length}` : text;
}

/** Whether an initializer in a file of lferc is such a constant and not a weight: those end in `.weight` and the like. */
export const isConstantName = (name: string): boolean =>
  /^(?:floats?|int64s?)_[\d_.m]+(?:e[\d_.m+]*)?$|^(?:floats?|int64s?)_of_\d+/.test(name);
