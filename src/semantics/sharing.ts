import type { ValueId } from "../ir/graph.js";

/** One application of a shared layer: `recorded` are the weights of its first one, undefined while that is under way. */
interface Frame {
  readonly recorded: readonly ValueId[] | undefined;
  readonly slots: ValueId[];
}

/** Weights of shared layers: recorded in the order in which they are made, replayed at each further application. */
export class WeightSharing {
  readonly #frames: Frame[] = [];

  /** Runs `body` with its weights recorded, or taken from an earlier recording. */
  run<T>(recorded: readonly ValueId[] | undefined, body: () => T): { readonly result: T; readonly slots: ValueId[] } {
    const frame: Frame = { recorded, slots: [] };
    this.#frames.push(frame);
    const result = body();
    this.#frames.pop();
    return { result, slots: frame.slots };
  }

  /**
   * The next weight: the innermost shared layer that has been applied before decides. `"surplus"` where that one has no
   * more; undefined where a fresh one is to be made. Hand the weight that is used to {@link record}.
   */
  next(): ValueId | "surplus" | undefined {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const { recorded, slots } = this.#frames[i] as Frame;
      if (recorded !== undefined) return recorded[slots.length] ?? "surplus";
    }
    return undefined;
  }

  /** Every layer around takes note, so that all of them count alike when they are applied again. */
  record(value: ValueId): void {
    for (const { slots } of this.#frames) slots.push(value);
  }
}
