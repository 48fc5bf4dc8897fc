import type { Graph } from "../ir/graph.js";
import type { ModelDeclaration } from "../syntax/ast.js";
import type { BlockUse } from "./network.js";
import { keyOf } from "./value-key.js";
import type { Value } from "./values.js";

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
  /** The applications of blocks, inner ones before outer ones. */
  readonly blocks: () => readonly BlockUse[];
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
    const key = made === undefined ? undefined : keyOf(declaration.parameters, values);
    const found = key === undefined ? undefined : (made?.get(key) ?? made?.get(seenBy(training, key)));
    return found === undefined ? undefined : { ...found, name, graph: { ...found.graph, name }, parameters: values };
  }

  keep(declaration: ModelDeclaration, training: boolean, model: ElaboratedModel): void {
    const key = keyOf(declaration.parameters, model.parameters);
    if (key === undefined) return;
    const made = this.#made.get(declaration) ?? new Map<string, ElaboratedModel>();
    made.set(model.asksTraining ? seenBy(training, key) : key, model);
    this.#made.set(declaration, made);
  }
}

const seenBy = (training: boolean, key: string): string => `${training ? "training" : "inference"} ${key}`;
