import type { ValueId } from "../ir/graph.js";

/** One application of a shared layer: `recorded` are the weights of its first one, undefined during the first. */
interface Frame {
  readonly recorded: readonly ValueId[] | undefined;
  readonly slots: ValueId[];
}

/** Weights of shared layers: recorded in order of creation, and reused at each further application. */
export class WeightSharing {
  readonly #frames: Frame[] = [];

  /** Whether a shared layer is being applied. */
  get isActive(): boolean {
    return this.#frames.length > 0;
  }

  /** Runs `body` and records its weights, or takes them from an earlier recording. */
  run<T>(recorded: readonly ValueId[] | undefined, body: () => T): { readonly result: T; readonly slots: ValueId[] } {
    const frame: Frame = { recorded, slots: [] };
    this.#frames.push(frame);
    const result = body();
    this.#frames.pop();
    return { result, slots: frame.slots };
  }

  /**
   * The next weight, from the innermost shared layer that has already been applied. `"surplus"` if that one has no more;
   * undefined if a new weight must be made. Pass the weight that is used to {@link record}.
   */
  next(): ValueId | "surplus" | undefined {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const { recorded, slots } = this.#frames[i] as Frame;
      if (recorded !== undefined) return recorded[slots.length] ?? "surplus";
    }
    return undefined;
  }

  /** All enclosing shared layers record the weight, so that they can be applied again. */
  record(value: ValueId): void {
    for (const { slots } of this.#frames) slots.push(value);
  }
}
