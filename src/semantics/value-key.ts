import type { ParameterDeclaration } from "../syntax/ast.js";
import { unknown, type Value } from "./values.js";

/** The values of parameters as text, equal for equal values; undefined if a value is unknown or has no text form. */
export function keyOf(
  parameters: readonly ParameterDeclaration[],
  values: ReadonlyMap<string, Value>,
): string | undefined {
  return textOfAll(parameters.map(({ name }) => values.get(name.text) ?? unknown));
}

function textOfAll(values: readonly Value[]): string | undefined {
  const texts: string[] = [];
  for (const value of values) {
    const text = textOf(value);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return `[${texts.join()}]`;
}

function textOf(value: Value): string | undefined {
  switch (value.kind) {
    case "int":
    case "float":
      return value.value === undefined ? undefined : `${value.kind} ${Object.is(value.value, -0) ? "-0" : value.value}`;
    case "bool":
      return value.value === undefined ? undefined : String(value.value);
    case "string":
      return value.value === undefined ? undefined : JSON.stringify(value.value);
    case "batch":
      return value.factor === undefined ? undefined : `${value.factor} N`;
    case "list": {
      const items = value.items === undefined ? undefined : textOfAll(value.items);
      return items === undefined ? undefined : `${JSON.stringify(value.element)}${items}`;
    }
    case "tuple": {
      const items = textOfAll(value.items);
      return items === undefined ? undefined : `tuple${items}`;
    }
    case "tensor":
    case "layer":
    case "initializer":
    case "record":
    case "unknown":
      return undefined;
  }
}
