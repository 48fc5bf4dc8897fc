import { invariant } from "../diagnostics/invariant.js";
import type { Span } from "../diagnostics/span.js";
import type { RecipeParameter } from "./signature.js";
import { type RecipeSort, recipeSignatures, type ThingOf } from "./signatures.js";

/** The value of a recipe's parameter, fully known. */
export type PlainValue = number | boolean | string | readonly PlainValue[] | RecipeThing;

/** An entry of a recipe, with defaults: `sgd(lr: 0.01)`. */
export interface RecipeThing {
  readonly kind: "thing";
  /** "optimizer", "schedule", ... */
  readonly sort: string;
  /** "sgd", "cosine", ... */
  readonly name: string;
  readonly fields: Readonly<Record<string, PlainValue>>;
  readonly span: Span;
}

/** An entry made from its signature (semantics checks each argument), typed as an entry of its sort. */
export function asThing<Sort extends RecipeSort>(thing: RecipeThing, sort: Sort): ThingOf<Sort> {
  invariant(thing.sort === sort, `${thing.name} is no ${sort}`, thing.span);
  return thing as unknown as ThingOf<Sort>;
}

/**
 * An entry of this sort and name from stored fields. A missing field, or one of another type, gets its default, or an empty
 * value if there is none. Undefined if no signature has the name.
 */
export function readThing<Sort extends RecipeSort>(
  sort: Sort,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): ThingOf<Sort> | undefined {
  const signature = recipeSignatures.find((known) => known.sort === sort && known.name === name);
  if (signature === undefined) return undefined;
  const read = signature.parameters.map((parameter): [string, PlainValue] => {
    const value = Object.hasOwn(fields, parameter.name) ? fields[parameter.name] : undefined;
    return [parameter.name, holds(parameter, value) ? value : (parameter.default ?? nothingOf(parameter))];
  });
  return asThing({ kind: "thing", sort, name, fields: Object.fromEntries(read), span: nowhere }, sort);
}

const nowhere: Span = { file: "", start: 0, end: 0 };

const typeOfPlain = { int: "number", float: "number", bool: "boolean", string: "string" } as const;

/** Whether the parameter allows a value; nested entries are not checked. */
function holds({ type, options }: RecipeParameter, value: unknown): value is PlainValue {
  if (typeof type === "string") return typeof value === typeOfPlain[type] && (options?.includes(String(value)) ?? true);
  if ("things" in type) return false;
  return Array.isArray(value) && value.every((item) => typeof item === typeOfPlain[type.listOf]);
}

/** The empty value, if there is no default. */
function nothingOf({ type }: RecipeParameter): PlainValue {
  if (typeof type !== "string") return [];
  return { int: 0, float: 0, bool: false, string: "" }[type];
}
