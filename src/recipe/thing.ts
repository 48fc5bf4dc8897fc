import { invariant } from "../diagnostics/invariant.js";
import type { Span } from "../diagnostics/span.js";
import type { RecipeSignature } from "./signature.js";
import type { RecipeName } from "./signatures.js";

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

/** The thing's name, as one of those that its sort declares. */
export function nameOf<Sort extends RecipeSignature["sort"]>(thing: RecipeThing, sort: Sort): RecipeName<Sort> {
  invariant(thing.sort === sort, `${thing.name} is no ${sort}`, thing.span);
  return thing.name as RecipeName<Sort>;
}
