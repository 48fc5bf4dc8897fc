import { limits } from "./limits.js";

/** The work that one compilation has done, over all evaluations, with its limits. */
export class Work {
  #steps = 0;
  #depth = 0;
  #isSpent = false;

  /** Steps spent so far. */
  get steps(): number {
    return this.#steps;
  }

  get depth(): number {
    return this.#depth;
  }

  /** `fine` while steps are left, `spent` at the first one too many, `silent` afterwards. */
  spend(steps: number): "fine" | "spent" | "silent" {
    this.#steps += steps;
    if (this.#steps <= limits.steps) return "fine";
    if (this.#isSpent) return "silent";
    this.#isSpent = true;
    return "spent";
  }

  /** False if evaluation would be nested too deep for the stack; call `leave` after each `enter` that returned true. */
  enter(): boolean {
    if (this.#depth >= limits.depth) return false;
    this.#depth++;
    return true;
  }

  leave(): void {
    this.#depth--;
  }
}
