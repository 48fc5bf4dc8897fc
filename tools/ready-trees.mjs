// The standard library's trees, parsed when lferc is bundled: reading JSON takes a tenth of the time of parsing.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The parser and the texts, as a module of this process. */
async function parserAndTexts() {
  const contents =
    'export { parse } from "./src/syntax/parse.ts"; export { standardLibrary } from "./src/std/sources.ts";';
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "warning",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** The trees as JSON, by path. */
export async function makeTrees() {
  const { parse, standardLibrary } = await parserAndTexts();
  return [...standardLibrary].map(([path, text]) => {
    const { tree, diagnostics, divisions } = parse(path, text);
    if (diagnostics.length > 0 || divisions.size > 0) throw new Error(`${path} is not sound`);
    return [path, JSON.stringify(tree)];
  });
}

/** For esbuild. A tree that no command needs is neither compiled nor created. */
export const readyTrees = {
  name: "ready trees",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]std[\\/]ready-trees\.ts$/ }, async () => {
      const entries = (await makeTrees()).map(
        ([path, tree]) => `[${JSON.stringify(path)}, () => ${JSON.stringify(tree)}]`,
      );
      return { contents: `export const readyTrees = new Map([${entries.join()}]);`, loader: "js" };
    });
  },
};
