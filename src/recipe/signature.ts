/** The type of a recipe's parameter; `list` contains entries of one sort, or values. */
export type RecipeType =
  | "int"
  | "float"
  | "bool"
  | "string"
  | { readonly listOf: "int" | "float" | "string" }
  | { readonly things: string };

export interface RecipeParameter {
  readonly name: string;
  readonly type: RecipeType;
  readonly doc: string;
  /** The default; a parameter without one is required. */
  readonly default?: number | string | boolean | readonly number[];
  /** For a number, or each number of a list. */
  readonly min?: number;
  readonly max?: number;
  /** Required length of a list. */
  readonly length?: number;
  readonly options?: readonly string[];
}

/** An entry of a recipe: a data set, an augmentation, an optimiser, a schedule, a run, an evaluation. No behaviour. */
export interface RecipeSignature {
  readonly name: string;
  readonly sort: "data" | "augmentation" | "optimizer" | "group" | "schedule" | "run" | "evaluation";
  readonly doc: string;
  readonly parameters: readonly RecipeParameter[];
}
