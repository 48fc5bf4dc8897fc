import type { Sources } from "../names/program.js";

/** What `--model` and `--recipe` may name in the entry file, in its order; nothing is evaluated. */
export interface SelectableNames {
  readonly models: readonly string[];
  readonly recipes: readonly string[];
}

export function selectableNames({ entry, files }: Sources): SelectableNames {
  const models: string[] = [];
  const recipes: string[] = [];
  for (const declaration of files.get(entry)?.tree.declarations ?? []) {
    const { kind } = declaration;
    if (kind !== "ModelDeclaration" && kind !== "VariantDeclaration" && kind !== "RecipeDeclaration") continue;
    // A declaration that the parser could not read completely may have no name.
    if (declaration.name.text !== "") (kind === "RecipeDeclaration" ? recipes : models).push(declaration.name.text);
  }
  return { models, recipes };
}
