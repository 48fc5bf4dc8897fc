/** A type that a recipe's thing takes; `list` of things of one sort, or of values. */
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
  /** Left out, this is meant; a parameter without it is required. */
  readonly default?: number | string | boolean | readonly number[];
  /** Of a number, or of each in a list. */
  readonly min?: number;
  readonly max?: number;
  /** How many items a list has. */
  readonly length?: number;
  readonly options?: readonly string[];
}

/** What a recipe can be made of: a data set, an augmentation, an optimiser, a schedule, a run, an evaluation. No doing. */
export interface RecipeSignature {
  readonly name: string;
  readonly sort: "data" | "augmentation" | "optimizer" | "group" | "schedule" | "run" | "evaluation";
  readonly doc: string;
  readonly parameters: readonly RecipeParameter[];
}
