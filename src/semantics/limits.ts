/** Bounds on one compilation; passing one is a diagnostic, so that no text can hang or exhaust the compiler. */
export const limits = {
  /** Nodes of one graph. */
  nodes: 500_000,
  /** Turns of `repeat` and items of a list. */
  repeats: 100_000,
  /** Blocks within blocks. */
  instantiationDepth: 100,
  /** Evaluation steps of one model. */
  steps: 10_000_000,
  /** Elements of one tensor. */
  elements: 2 ** 40,
} as const;
