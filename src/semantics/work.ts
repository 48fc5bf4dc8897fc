import { limits } from "./limits.js";

/** What one compilation has spent, over all of its evaluations: a file can neither hang nor exhaust the compiler. */
export class Work {
  #steps = 0;
  #depth = 0;
  #isSpent = false;

  /** `fine` while steps are left, `spent` at the first that is too much, `silent` afterwards. */
  spend(steps: number): "fine" | "spent" | "silent" {
    this.#steps += steps;
    if (this.#steps <= limits.steps) return "fine";
    if (this.#isSpent) return "silent";
    this.#isSpent = true;
    return "spent";
  }

  /** False where evaluation would nest too deep for the machine's stack; `leave` belongs to each `enter` that was true. */
  enter(): boolean {
    if (this.#depth >= limits.depth) return false;
    this.#depth++;
    return true;
  }

  leave(): void {
    this.#depth--;
  }
}
