import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { statsOf } from "../src/analysis/stats.js";
import { compile, load } from "../src/compiler.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { invariant } from "../src/diagnostics/invariant.js";
import { nodeHost } from "../src/hosts/node-host.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const grouped = (n: number): string => n.toLocaleString("en-US");

/** Lines that are neither empty nor comments. */
const sourceLines = (text: string): number => text.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

/** Every network of one file; a variant that only renames its model replaces it. */
async function rowsOf(file: string): Promise<readonly string[]> {
  const path = `models/${file}`;
  const { models } = compile(await load(nodeHost(root), path), { graphsOnly: true });
  const lines = sourceLines(readFileSync(join(root, path), "utf8"));
  const plain = models.filter(
    ({ name, base }) => name !== base || models.every((other) => other.base !== base || other.name === name),
  );
  return plain.map(({ name, graph }, i) => {
    const stats = statsOf(graph, { conventions: ["fvcore"], facts: false });
    invariant(!isProblem(stats), `${name} cannot be counted`);
    const sizes = Object.values(stats.inputs).map((shape) => shape.slice(1).join("x"));
    const figures = [stats.params.total, stats.counts.fvcore?.macs ?? 0, stats.memory.peakActivationBytes].map(grouped);
    const cells = [
      i === 0 ? `[${file}](../${path})` : "",
      i === 0 ? String(lines) : "",
      `\`${name}\``,
      sizes.join(", "),
    ];
    return `| ${[...cells, ...figures].join(" | ")} |`;
  });
}

/** docs/models.md: what the networks under models/ cost. */
export async function generateModelsDoc(): Promise<GeneratedFile[]> {
  const files = readdirSync(join(root, "models"))
    .filter((name) => name.endsWith(".lfer"))
    .sort();
  const rows = (await Promise.all(files.map(rowsOf))).flat();
  const text = `${markdownNote("models/")}

# Networks

The networks under \`models/\`, named as in torchvision if it has them. Columns: the lines of the file without comments, parameters,
multiply-accumulates as counted by fvcore, and the peak memory of activations (batch 1).
How they are compared with torchvision: [counting.md](counting.md).

| file | lines | network | input | params | macs (fvcore) | peak activation bytes |
| --- | ---: | --- | --- | ---: | ---: | ---: |
${rows.join("\n")}
`;
  return [{ path: "docs/models.md", text }];
}
