import type { Span } from "../../diagnostics/span.js";
import type { Context } from "../context.js";
import { fit, formatType } from "../types.js";
import type { RecordValue, Type, Value } from "../values.js";
import { bindArguments, type EvaluatedArgument, type SignatureParameter } from "./signature.js";

const parameter = (name: string, type: Type): SignatureParameter => ({
  name,
  type: formatType(type),
  required: true,
  accept: (value) => fit(value, type),
});

interface RecordSort {
  readonly doc: string;
  readonly parameters: readonly SignatureParameter[];
}

/** Records that describe a model's inputs and outputs. */
export const records: Readonly<Record<string, RecordSort>> = {
  picture: {
    doc: "with an input: subtract the mean and divide by the standard deviation of each channel, on values from 0 to 1",
    parameters: [parameter("mean", { list: "float" }), parameter("std", { list: "float" })],
  },
  labels: {
    doc: "with an output: the names of its classes along axis 1, in order; an empty list takes them from the data",
    parameters: [parameter("names", { list: "string" })],
  },
};

export const recordNames: readonly string[] = Object.keys(records);

/** `picture(mean: ..., std: ...)` or `labels([...])`. */
export function makeRecord(
  context: Context,
  name: string,
  args: readonly EvaluatedArgument[],
  span: Span,
): RecordValue {
  const { values } = bindArguments(context, name, records[name]?.parameters ?? [], args, span);
  return { kind: "record", sort: name, name, fields: values, span };
}

/** The floats of a list, or undefined if one is unknown. */
export function floatsIn(value: Value | undefined): readonly number[] | undefined {
  if (value?.kind !== "list" || value.items === undefined) return undefined;
  const numbers = value.items.map((item) => (item.kind === "float" || item.kind === "int" ? item.value : undefined));
  return numbers.includes(undefined) ? undefined : (numbers as number[]);
}

/** The strings of a list, or undefined if one is unknown. */
export function stringsIn(value: Value | undefined): readonly string[] | undefined {
  if (value?.kind !== "list" || value.items === undefined) return undefined;
  const strings = value.items.map((item) => (item.kind === "string" ? item.value : undefined));
  return strings.includes(undefined) ? undefined : (strings as string[]);
}
