/**
 * The standard library's trees as JSON, by path (`std/shufflenet.lfer`). Empty here: run from its sources, lferc parses the texts.
 * Where it is bundled, tools/ready-trees.mjs puts the parser's trees in its place.
 */
export const readyTrees: ReadonlyMap<string, () => string> = new Map();
