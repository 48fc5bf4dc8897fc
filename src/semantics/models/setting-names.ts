import type { Sources } from "../names/program.js";

export interface Settable {
  /** The recipe or model that declares them. */
  readonly name: string;
  readonly parameters: readonly string[];
}

export interface SettingNames {
  readonly recipes: readonly Settable[];
  readonly models: readonly Settable[];
}

/** The parameters that `--set` accepts in the entry file; nothing is evaluated. */
export function settingNames({ entry, files }: Sources): SettingNames {
  const declarations = files.get(entry)?.tree.declarations ?? [];
  const of = (kind: "RecipeDeclaration" | "ModelDeclaration"): readonly Settable[] =>
    declarations.flatMap((declaration) =>
      // A declaration that the parser could not read completely may have no name.
      declaration.kind === kind && declaration.name.text !== ""
        ? [{ name: declaration.name.text, parameters: declaration.parameters.map(({ name }) => name.text) }]
        : [],
    );
  return { recipes: of("RecipeDeclaration"), models: of("ModelDeclaration") };
}
