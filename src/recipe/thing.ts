import type { Span } from "../diagnostics/span.js";

/** A value of a recipe's thing: what {@link RecipeSignature} parameters hold once everything is known. */
export type PlainValue = number | boolean | string | readonly PlainValue[] | RecipeThing;

/** One of the things that a recipe is made of, defaults filled in: `sgd(lr: 0.01)`. */
export interface RecipeThing {
  readonly kind: "thing";
  /** "optimizer", "schedule", ... */
  readonly sort: string;
  /** "sgd", "cosine", ... */
  readonly name: string;
  readonly fields: Readonly<Record<string, PlainValue>>;
  readonly span: Span;
}
