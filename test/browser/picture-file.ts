/**
 * A file with preprocessing inside, in a browser: node --import tsx test/browser/picture-file.ts FOLDER. Builds LFER-LDL into the
 * folder, with a picture of another size and the answers of `lferc predict` from the network alone; opens the page of
 * docs/preprocessing.md with ONNX Runtime Web and compares. Not part of `npm test`: it needs Debian's chromium, as .ci/run installs it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { encodePng } from "../../src/data/png.js";
import { compile, load, nodeHost } from "../../src/index.js";
import { calmWeights } from "../../src/targets/onnx/calm-weights.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { Chromium, findChromium } from "../../tools/chromium.js";
import { callLferc } from "../support/in-process.js";
import { root } from "../support/lferc.js";

const [folder = ""] = process.argv.slice(2);
const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");

const set = new Map([["size", "96"]]);
const { models } = compile(await load(nodeHost(root), "models/lfer_ldl.lfer"), { set });
const graph = models[0]?.graph;
if (graph === undefined) throw new Error("no model in models/lfer_ldl.lfer");
// Weights with varying outputs: with initial weights, the outputs are nearly the same for every picture.
const weights = Object.entries(calmWeights(graph, 1)).map(
  ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const,
);
const metadata = new Map([["lfer.evaluation", "mean_of_flips"]]);
writeFileSync(join(folder, "w.safetensors"), Buffer.concat(writeSafetensors(new Map(weights), metadata)));
const [height, width] = [150, 211];
const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
  const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
  return 128 + 90 * Math.sin(x / (9 + 4 * c)) * Math.cos(y / (13 - 3 * c)) + ((i * 2654435761) >>> 27);
});
writeFileSync(join(folder, "face.png"), encodePng({ width, height, pixels }));

async function lferc(...args: readonly string[]): Promise<string> {
  const ran = await callLferc(args, folder);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}
const build = ["build", join(root, "models/lfer_ldl.lfer"), "--set", "size=96", "--weights", "w.safetensors"];
await lferc(...build, "--no-verify", "-o", "plain.onnx");
await lferc(...build, "-o", "model.onnx", `--with-preprocessing=${height}x${width}`);
interface Prediction {
  readonly labels: readonly string[];
  readonly pictures: readonly {
    readonly classes: readonly { readonly label: string; readonly probability: number }[];
  }[];
}
const predict = async (file: string): Promise<ReadonlyMap<string, number>> => {
  const { labels, pictures } = JSON.parse(await lferc("predict", "--format", "json", file, "face.png")) as Prediction;
  const found = new Map((pictures[0]?.classes ?? []).map(({ label, probability }) => [label, probability]));
  return new Map(labels.map((label) => [label, found.get(label) ?? Number.NaN]));
};
const wanted = await predict("plain.onnx");
writeFileSync(join(folder, "answers.json"), JSON.stringify(Object.fromEntries(wanted)));

const [, page = ""] = /```html\n(.*?)```/s.exec(readFileSync(join(root, "docs/preprocessing.md"), "utf8")) ?? [];
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".png": "image/png",
};
const server = createServer(({ url = "" }, response) => {
  const [, name = ""] = /^\/([\w.-]+)$/.exec(url) ?? [];
  const place = /^ort/.test(name) ? join(root, "node_modules/onnxruntime-web/dist") : folder;
  try {
    const body = name === "page.html" ? page : name === "favicon.ico" ? "" : readFileSync(join(place, name));
    response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const browser = new Chromium(program, join(folder, "profile"));
const view = {
  width: 800,
  height: 600,
  scheme: "light",
  mayRequest: (url: string) => url.startsWith(address),
} as const;
const waiting = `(async () => {
  for (let i = 0; i < 600 && document.getElementById("answer").value === ""; i++) await new Promise((done) => setTimeout(done, 100));
  return document.getElementById("answer").value;
})()`;
const { value, complaints } = await browser.look(`${address}/page.html`, view, waiting);
await browser.close();
server.close();

const furthest = (numbers: readonly number[]): number => {
  const distances = [...wanted.values()].map((probability, i) => Math.abs(probability - (numbers[i] ?? Number.NaN)));
  return distances.every(Number.isFinite) ? Math.max(...distances) : Number.POSITIVE_INFINITY;
};
const inNode = furthest([...(await predict("model.onnx")).values()]);
const inPage = furthest(value ? (JSON.parse(String(value)) as number[]) : []);
console.log(`from lferc predict: in Node ${inNode.toExponential(1)}, in a page ${inPage.toExponential(1)}`);
for (const complaint of complaints) console.error(`the page: ${complaint}`);
if (!(inNode < 1e-6 && inPage < 1e-6) || complaints.length > 0) process.exitCode = 1;
