import type { PlainValue, RecipeThing } from "../../recipe/thing.js";
import type { RecordValue, Value } from "../values.js";

/** An entry of a recipe as plain data; undefined if part of it is unknown. */
export function plainThing({ sort, name, fields, span }: RecordValue): RecipeThing | undefined {
  const plain: Record<string, PlainValue> = {};
  for (const [key, value] of fields) {
    const known = plainValue(value);
    if (known === undefined) return undefined;
    plain[key] = known;
  }
  return { kind: "thing", sort, name, fields: plain, span };
}

function plainValue(value: Value): PlainValue | undefined {
  switch (value.kind) {
    case "int":
    case "float":
    case "bool":
    case "string":
      return value.value;
    case "record":
      return plainThing(value);
    case "list": {
      const items = value.items?.map(plainValue);
      return items === undefined || items.includes(undefined) ? undefined : (items as PlainValue[]);
    }
    default:
      return undefined;
  }
}
