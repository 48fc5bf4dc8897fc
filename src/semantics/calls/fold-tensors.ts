import type { Span } from "../../diagnostics/span.js";
import type { OpName } from "../../ops/registry.js";
import type { Context, Place } from "../context.js";
import { type ListValue, unknownTensor, type Value } from "../values.js";
import { applyOpByName } from "./apply-op.js";

/** The ops that do with two tensors what these functions do with two numbers. */
const folds: Readonly<Partial<Record<string, OpName>>> = { sum: "add", max: "maximum", min: "minimum" };

/** One tensor from a list of them: the op of the result so far and the next. Undefined if the function or the list is another one. */
export function foldTensors(
  context: Context,
  name: string,
  { element, items }: ListValue,
  place: Place,
  span: Span,
): Value | undefined {
  const op = folds[name];
  if (op === undefined || element !== "tensor") return undefined;
  if (items === undefined) return unknownTensor;
  const [first, ...others] = items;
  return first && others.reduce((before, next) => applyOpByName(context, op, [before, next], place.here, span), first);
}
