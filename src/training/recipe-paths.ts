/** Resolves file paths in a recipe. */
import { resolve } from "node:path";

export interface PathsOfRecipe {
  /** The folder of the .lfer file. */
  readonly home: string;
  /** The settings of `--set`. */
  readonly set: ReadonlyMap<string, string>;
}

/** Whether the path was given on the command line, where paths are relative to the current folder. */
export function isTold(path: string, { set }: Pick<PathsOfRecipe, "set">): boolean {
  return [...set.values()].some((text) => text === path || text === JSON.stringify(path));
}

/** A path in the .lfer file is relative to its folder, a path from `--set` to the current folder. */
export const placeOf = (path: string, paths: PathsOfRecipe): string =>
  isTold(path, paths) ? resolve(path) : resolve(paths.home, path);
