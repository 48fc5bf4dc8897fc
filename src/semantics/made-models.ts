import type { Graph } from "../ir/graph.js";
import type { ModelDeclaration } from "../syntax/ast.js";
import { unknown, type Value } from "./values.js";

/** A compiled model. */
export interface ElaboratedModel {
  readonly name: string;
  /** The `model` that this is, or of which it is a variant. */
  readonly base: string;
  readonly graph: Graph;
  /** Its parameters' values. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Whether anything in it reads `training`. */
  readonly asksTraining: boolean;
}

/**
 * Caches the models that a compilation has made without errors: variants, students and teachers of recipes are often the same model
 * with the same parameters, and graphs are immutable. Models with errors are not cached, so their errors are reported each time.
 */
export class MadeModels {
  readonly #made = new Map<ModelDeclaration, Map<string, ElaboratedModel>>();

  /** The cached model with these values, under this name, in training or inference form; undefined if it was not made before. */
  find(
    declaration: ModelDeclaration,
    values: ReadonlyMap<string, Value>,
    training: boolean,
    name: string,
  ): ElaboratedModel | undefined {
    const made = this.#made.get(declaration);
    const key = made === undefined ? undefined : keyOf(declaration, values);
    const found = key === undefined ? undefined : (made?.get(key) ?? made?.get(seenBy(training, key)));
    return found === undefined ? undefined : { ...found, name, graph: { ...found.graph, name }, parameters: values };
  }

  keep(declaration: ModelDeclaration, training: boolean, model: ElaboratedModel): void {
    const key = keyOf(declaration, model.parameters);
    if (key === undefined) return;
    const made = this.#made.get(declaration) ?? new Map<string, ElaboratedModel>();
    made.set(model.asksTraining ? seenBy(training, key) : key, model);
    this.#made.set(declaration, made);
  }
}

const seenBy = (training: boolean, key: string): string => `${training ? "training" : "inference"} ${key}`;

/** The values as text, equal for equal values; undefined if a value is unknown or has no text form. */
function keyOf({ parameters }: ModelDeclaration, values: ReadonlyMap<string, Value>): string | undefined {
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
