/** Limits of one compilation. Exceeding one is a diagnostic, so that no source text can hang the compiler or exhaust memory. */
export const limits = {
  /** Nodes of one graph: a hundred times the largest in use, built in some seconds. */
  nodes: 200_000,
  /** Iterations of `repeat`; values in a list, including nested ones. */
  repeats: 100_000,
  /** Nested lists and tuples. */
  valueDepth: 50,
  /** Nested blocks. */
  instantiationDepth: 100,
  /** Nested expressions and layers, through all blocks: far below what Node's stack allows. */
  depth: 500,
  /** Evaluation steps of one compilation. */
  steps: 10_000_000,
  /** Steps that a node costs: it takes far more memory than a number. */
  stepsPerNode: 30,
  /** Names compared with unknown ones, for "did you mean". */
  comparedNames: 200_000,
  /** Elements of one tensor. */
  elements: 2 ** 40,
} as const;
