/**
 * The syntax trees of the standard library as JSON, by path (`std/shufflenet.lfer`). Empty in the sources, where lferc parses the texts.
 * In the bundle, tools/ready-trees.mjs replaces this by the parser's trees.
 */
export const readyTrees: ReadonlyMap<string, () => string> = new Map();
