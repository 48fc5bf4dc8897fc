/** Bounds on one compilation; passing one is a diagnostic, so that no text can hang or exhaust the compiler. */
export const limits = {
  /** Nodes of one graph: a hundred times the largest in use, and some seconds. */
  nodes: 200_000,
  /** Turns of `repeat`; values in a list, those of the lists in it counted too. */
  repeats: 100_000,
  /** Lists and tuples within each other. */
  valueDepth: 50,
  /** Blocks within blocks. */
  instantiationDepth: 100,
  /** Expressions and layers within each other, through all blocks: what Node's stack holds several times over. */
  depth: 500,
  /** Evaluation steps of one compilation. */
  steps: 10_000_000,
  /** Steps that a node counts for: it takes far more memory than a number. */
  stepsPerNode: 30,
  /** Names that unknown ones are compared with, for "did you mean". */
  comparedNames: 200_000,
  /** Elements of one tensor. */
  elements: 2 ** 40,
} as const;
