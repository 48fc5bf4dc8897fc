import type { Plugin } from "esbuild";

export function makeTrees(): Promise<readonly (readonly [path: string, json: string])[]>;
export const readyTrees: Plugin;
