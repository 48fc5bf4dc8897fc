/**
 * Counts the networks that bench/peers/export_networks.py exported, as `lferc stats` does, and compares with PyTorch's own counter:
 *
 *     node --import tsx bench/onnx-networks.ts FOLDER [NAME...]
 *
 * Compared are multiply-accumulates of convolutions, linear layers and matrix products, which all exporters keep (with fvcore's, too), and
 * parameters where norms are kept; folding norms takes some away, and constants that an exporter computes add some. Without names
 * it writes bench/results/onnx-networks.json and the table of docs/onnx-files.md; the exit code is 1 if a figure differs. A file may be refused,
 * never wrong.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Stats, statsOf } from "../src/analysis/stats.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { readOnnxModel } from "../src/targets/onnx/read/read-model.js";

interface Wanted {
  readonly size: number;
  readonly params: number;
  readonly weights: number;
  readonly torch: number;
  readonly fvcore?: number;
  readonly failed?: Readonly<Record<string, string>>;
}

const ways = ["preserve", "torchscript", "dynamo"] as const;
type Way = (typeof ways)[number];

const [folder = "", ...only] = process.argv.slice(2);
const record = JSON.parse(readFileSync(join(folder, "counts.json"), "utf8")) as {
  readonly versions: Readonly<Record<string, string>>;
  readonly networks: Readonly<Record<string, Wanted>>;
};

const products = ["conv2d", "conv2d_transpose", "linear", "matmul"];

const macsOf = ({ layers }: Stats): number =>
  layers.filter(({ op }) => products.includes(op)).reduce((sum, { counts }) => sum + (counts.fvcore?.macs ?? 0), 0);

interface Verdict {
  /** "equal", or what differs, or why it was not counted. */
  readonly macs: string;
  /** How many more parameters the file has than the network: folding norms takes away some. */
  readonly moreParams?: number;
}

function verdictOf(name: string, way: Way, wanted: Wanted): Verdict {
  const path = join(folder, `${name}.${way}.onnx`);
  if (!existsSync(path)) return { macs: `not exported: ${wanted.failed?.[way] ?? "no file"}` };
  const graph = readOnnxModel({ bytes: readFileSync(path), path: "FILE", name, sizes: new Map() });
  if (isProblem(graph)) return { macs: `refused: ${graph.diagnose({}).message}` };
  const stats = statsOf(graph, { conventions: ["fvcore"], facts: false });
  if (isProblem(stats)) return { macs: `refused: ${stats.diagnose({}).message}` };
  const macs = macsOf(stats);
  const isEqual = macs === wanted.torch && macs === (wanted.fvcore ?? macs);
  return { macs: isEqual ? "equal" : `${macs}, not ${wanted.torch}`, moreParams: stats.params.total - wanted.params };
}

/** The cell of a network and an exporter. */
function cell({ macs, moreParams = 0 }: Verdict): string {
  if (macs !== "equal") return macs.startsWith("refused") ? "refused" : macs;
  return moreParams === 0 ? "equal" : `equal, params ${moreParams > 0 ? "+" : "−"}${Math.abs(moreParams)}`;
}

const found: Record<string, object> = {};
const rows: string[] = [];
let counted = 0;
let refused = 0;
let wrong = 0;
for (const [name, wanted] of Object.entries(record.networks)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const verdicts = ways.map((way) => verdictOf(name, way, wanted));
  for (const [i, { macs, moreParams = 0 }] of verdicts.entries()) {
    if (macs === "equal") counted++;
    else if (macs.startsWith("refused")) refused++;
    else wrong++;
    if (macs !== "equal") console.log(`${name} ${ways[i]}: ${macs}`);
    // With norms kept, all parameters are in the file.
    if (ways[i] === "preserve" && macs === "equal" && moreParams !== 0) {
      wrong++;
      console.log(`${name} ${ways[i]}: ${moreParams} parameters more than the network`);
    }
  }
  const { params, torch: macs, size } = wanted;
  found[name] = { size, params, macs, ...Object.fromEntries(verdicts.map((verdict, i) => [ways[i], verdict])) };
  rows.push(`| ${[name, params.toLocaleString("en"), macs.toLocaleString("en"), ...verdicts.map(cell)].join(" | ")} |`);
}
console.log(`${counted + refused + wrong} files: ${counted} equal, ${refused} refused, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;

if (only.length === 0) {
  const what =
    "MACs of convolutions, linear layers and matrix products as lferc stats counts exported files, and as PyTorch counts the network";
  const results = { what, versions: record.versions, networks: found };
  writeFileSync(new URL("results/onnx-networks.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  const tools = Object.entries(record.versions).map(([tool, version]) => `${tool} ${version.replace(/\+.*/, "")}`);
  const table = [
    `${counted + refused + wrong} files of ${rows.length} networks, by ${tools.join(", ")}: ${counted} count exactly, ${refused} refused, ${wrong} wrong.`,
    "",
    "| network | parameters | MACs | TorchScript, norms kept | TorchScript | dynamo |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
  const page = fileURLToPath(new URL("../docs/onnx-files.md", import.meta.url));
  const marked = /(<!-- networks -->\n)[\s\S]*(\n<!-- end of networks -->)/;
  const text = readFileSync(page, "utf8");
  writeFileSync(
    page,
    text.replace(marked, (_, start: string, end: string) => `${start}\n${table}\n${end}`),
  );
}
