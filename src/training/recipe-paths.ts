/** Where a file lies that a recipe names. */
import { resolve } from "node:path";

export interface PathsOfRecipe {
  /** The folder of the .lfer file. */
  readonly home: string;
  /** What `--set` said. */
  readonly set: ReadonlyMap<string, string>;
}

/** Whether it was said on the command line, where paths are the user's own. */
export function isTold(path: string, { set }: Pick<PathsOfRecipe, "set">): boolean {
  return [...set.values()].some((text) => text === path || text === JSON.stringify(path));
}

/** What stands in the text counts from the folder of the text, what `--set` says from the folder that the user stands in. */
export const placeOf = (path: string, paths: PathsOfRecipe): string =>
  isTold(path, paths) ? resolve(path) : resolve(paths.home, path);
