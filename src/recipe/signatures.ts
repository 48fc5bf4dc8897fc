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

/** Every name that a recipe may use besides the language's own. */
export const recipeSignatures: readonly RecipeSignature[] = declared;

export type RecipeSort = RecipeSignature["sort"];

/** The signatures of one sort, with all that they say as types. */
type SignatureOf<Sort extends RecipeSort> = Extract<(typeof declared)[number], { readonly sort: Sort }>;

/** The names of one sort. */
export type RecipeName<Sort extends RecipeSort> = SignatureOf<Sort>["name"];

interface PlainTypes {
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly string: string;
}

/** What a parameter holds: one of its options where it has some. */
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
 * A thing of one sort as the signatures declare it: who does something by it `switch`es over its name, which types its fields; a name
 * that is forgotten does not compile, and neither does a field that nobody declared.
 */
export type ThingOf<Sort extends RecipeSort> = Sort extends RecipeSort
  ? SignatureOf<Sort> extends infer Signature
    ? Signature extends RecipeSignature
      ? ThingBy<Signature>
      : never
    : never
  : never;

/** What a recipe says besides its networks and its loss: as written, defaults filled in. */
export interface RecipeSettings {
  readonly data: ThingOf<"data">;
  readonly optimizer: ThingOf<"optimizer">;
  readonly train: ThingOf<"run">;
  readonly schedule?: ThingOf<"schedule"> | undefined;
  readonly evaluation?: ThingOf<"evaluation"> | undefined;
}

/** What a loss may read of the data, as `data.label`: the target, and the distribution that a table of their own gives. */
export const dataTensors = ["label", "distribution"] as const;

/** The input of a loss for it. */
export const inputOfData = (name: (typeof dataTensors)[number]): string => `data.${name}`;

/** The entries of a recipe, and the sort of thing each takes. `student`, `teacher` and `loss` have rules of their own. */
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
