import type { Span } from "../diagnostics/span.js";
import type { RecipeParameter, RecipeSignature } from "./signature.js";
import { augmentationSignatures } from "./signatures/augmentation.js";
import { dataSignatures } from "./signatures/data.js";
import { evaluationSignatures } from "./signatures/evaluation.js";
import { groupSignatures, optimizerSignatures } from "./signatures/optimizer.js";
import { runSignatures } from "./signatures/run.js";
import { scheduleSignatures } from "./signatures/schedule.js";

const declared = [
  ...dataSignatures,
  ...augmentationSignatures,
  ...optimizerSignatures,
  ...groupSignatures,
  ...scheduleSignatures,
  ...runSignatures,
  ...evaluationSignatures,
] as const satisfies readonly RecipeSignature[];

/** Every name that a recipe may use in addition to the language's own. */
export const recipeSignatures: readonly RecipeSignature[] = declared;

export type RecipeSort = RecipeSignature["sort"];

/** The signatures of one sort, with literal types. */
type SignatureOf<Sort extends RecipeSort> = Extract<(typeof declared)[number], { readonly sort: Sort }>;

/** The names of one sort. */
export type RecipeName<Sort extends RecipeSort> = SignatureOf<Sort>["name"];

interface PlainTypes {
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly string: string;
}

/** The value of a parameter: one of its options if it has some. */
type ValueOf<P extends RecipeParameter> = P extends { readonly options: readonly (infer Option)[] }
  ? Option
  : P["type"] extends keyof PlainTypes
    ? PlainTypes[P["type"]]
    : P["type"] extends { readonly listOf: infer Item extends keyof PlainTypes }
      ? readonly PlainTypes[Item][]
      : P["type"] extends { readonly things: infer Sort extends RecipeSort }
        ? readonly ThingOf<Sort>[]
        : never;

interface ThingBy<Signature extends RecipeSignature> {
  readonly kind: "thing";
  readonly sort: Signature["sort"];
  readonly name: Signature["name"];
  readonly fields: { readonly [P in Signature["parameters"][number] as P["name"]]: ValueOf<P> };
  readonly span: Span;
}

/**
 * An entry of one sort, with types from its signature. Code that uses it `switch`es over its name, which types its fields: a
 * missing name, or an undeclared field, does not compile.
 */
export type ThingOf<Sort extends RecipeSort> = Sort extends RecipeSort
  ? SignatureOf<Sort> extends infer Signature
    ? Signature extends RecipeSignature
      ? ThingBy<Signature>
      : never
    : never
  : never;

/** A recipe's settings other than networks and loss, with defaults. */
export interface RecipeSettings {
  readonly data: ThingOf<"data">;
  readonly optimizer: ThingOf<"optimizer">;
  readonly train: ThingOf<"run">;
  readonly schedule?: ThingOf<"schedule"> | undefined;
  readonly evaluation?: ThingOf<"evaluation"> | undefined;
}

/** Tensors of the data in a loss, as `data.label`: the target, and a distribution from a table or the data set. */
export const dataTensors = ["label", "distribution"] as const;

/** Its input in the loss' graph. */
export const inputOfData = (name: (typeof dataTensors)[number]): string => `data.${name}`;

/** The entries of a recipe, and the sort of each. `student`, `teacher` and `loss` have rules of their own. */
export const recipeKeys = {
  student: "model",
  teacher: "model",
  data: "data",
  loss: "loss",
  optimizer: "optimizer",
  schedule: "schedule",
  train: "run",
  evaluation: "evaluation",
} as const;

export const requiredRecipeKeys = ["student", "data", "loss", "optimizer", "train"] as const;
