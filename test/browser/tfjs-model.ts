/**
 * Loads LFER-LDL as a GraphModel in a browser, and the page of docs/tfjs-model.md: node --import tsx test/browser/tfjs-model.ts LIBRARIES,
 * a folder with @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm in its node_modules. Compares the predictions with those of the ONNX
 * file in ONNX Runtime. Not part of `npm test`: it needs Debian's chromium, as .ci/run installs it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import sharp from "sharp";
import { compile, load, nodeHost } from "../../src/index.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { calmWeights } from "../../src/targets/onnx/calm-weights.js";
import { relativeError } from "../../src/targets/onnx/compare-outputs.js";
import { silentLog } from "../../src/targets/onnx/session-log.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { Chromium, findChromium } from "../../tools/chromium.js";
import { callLferc } from "../support/in-process.js";
import { root } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";

const [libraries = ""] = process.argv.slice(2);
const library = (name: string): string => join(libraries, "node_modules/@tensorflow", name);
const problems: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "lfer-tfjs-page-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));

const source = join(root, "models/lfer_ldl.lfer");
const { models } = compile(await load(nodeHost(root), "models/lfer_ldl.lfer"), { model: "lfer_ldl" });
const graph = models.find(({ name }) => name === "lfer_ldl")?.graph;
if (graph === undefined) throw new Error("no lfer_ldl");

// Weights with varying outputs: with initial weights, the outputs are nearly the same for every picture.
const weights = Object.entries(calmWeights(graph, 1)).map(
  ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const,
);
writeFileSync(join(scratch, "w.safetensors"), Buffer.concat(writeSafetensors(new Map(weights))));
const size = 224;
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
  const [x, y, c] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
  return 128 + 90 * Math.sin(x / (9 + 4 * c)) * Math.cos(y / (13 - 3 * c)) + ((i * 2654435761) >>> 27);
});
await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
  .png()
  .toFile(join(scratch, "face.png"));

async function build(...args: readonly string[]): Promise<void> {
  const ran = await callLferc(
    ["build", source, "--model", "lfer_ldl", "--weights", "w.safetensors", "--no-verify", ...args],
    scratch,
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
}
await build("-o", "m.onnx");
await build("--target", "tfjs", "-o", "model");

/** The predictions of ONNX Runtime. */
async function expected(): Promise<Tensor> {
  const { mean, std } = graph?.inputs[0]?.picture ?? { mean: [], std: [] };
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [c, cell] = [Math.floor(i / (size * size)), i % (size * size)];
    return ((pixels[3 * cell + c] as number) / 255 - (mean[c] as number)) / (std[c] as number);
  });
  const session = await ort.InferenceSession.create(readFileSync(join(scratch, "m.onnx")), silentLog);
  const { logits } = await session.run({ image: new ort.Tensor("float32", data, [1, 3, size, size]) });
  return { shape: logits?.dims ?? [], data: Float64Array.from((logits?.data ?? []) as Float32Array) };
}

const docs = readFileSync(join(root, "docs/tfjs-model.md"), "utf8");
const [, page = ""] = /```html\n(.*?)```/s.exec(docs) ?? [];
const wasm = library("tfjs-backend-wasm/dist");
const served: Readonly<Record<string, () => string | Buffer>> = {
  "/page.html": () => page,
  "/backends.html": () =>
    `<!doctype html><script src="tf.min.js"></script><script src="wasm/tf-backend-wasm.min.js"></script><img id="face" src="face.png">`,
  "/tf.min.js": () => readFileSync(library("tfjs/dist/tf.min.js")),
  "/face.png": () => readFileSync(join(scratch, "face.png")),
  "/favicon.ico": () => "",
};
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".png": "image/png",
};
const server = createServer(({ url = "" }, response) => {
  const [, folder, name = ""] = /^\/(model|wasm)\/([\w.-]+)$/.exec(url) ?? [];
  try {
    const body =
      folder === undefined
        ? served[url]?.()
        : readFileSync(join(folder === "wasm" ? wasm : join(scratch, "model"), name));
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": types[extname(url)] ?? "application/octet-stream",
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Runs in the page: the predictions for one picture, and for three at once, on a backend. */
const ask = (backend: string): string => `(async () => {
  if ("wasm" in tf) tf.wasm.setWasmPaths("wasm/");
  const isThere = await tf.setBackend("${backend}").catch(() => false);
  if (!isThere || tf.getBackend() !== "${backend}") return { missing: true };
  const model = await tf.loadGraphModel("model/model.json");
  const { "lfer.input.mean": mean, "lfer.input.std": std } = model.metadata;
  const face = document.getElementById("face");
  await face.decode();
  const picture = tf.browser.fromPixels(face).toFloat().div(255).sub(mean).div(std).expandDims();
  const one = Array.from(await model.predict(picture).data());
  const three = Array.from(await model.predict(tf.tile(picture, [3, 1, 1, 1])).data());
  return { one, three };
})()`;

interface Answer {
  readonly missing?: true;
  readonly one: readonly number[];
  readonly three: readonly number[];
}

const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");
const browser = new Chromium(program, join(scratch, "profile"));
const view = {
  width: 800,
  height: 600,
  scheme: "light",
  mayRequest: (url: string) => url.startsWith(address),
} as const;
const wanted = await expected();
const ran: string[] = [];
for (const backend of ["wasm", "webgl", "cpu"]) {
  // The JavaScript backend is slow: it is used only if there is no graphics backend.
  if (backend === "cpu" && ran.includes("webgl")) continue;
  const { value } = await browser.look(`${address}/backends.html`, view, ask(backend));
  const answer = value as Answer | undefined;
  if (answer?.missing) {
    console.log(`${backend}: this browser has none`);
    continue;
  }
  const one = relativeError(answer?.one ?? [], wanted.data);
  const three = relativeError(answer?.three ?? [], [...wanted.data, ...wanted.data, ...wanted.data]);
  console.log(
    `${backend}: differs from ONNX Runtime by ${one.toExponential(1)}, three at once ${three.toExponential(1)} of the norm`,
  );
  if (!(one < 1e-3 && three < 1e-3)) problems.push(`${backend} differs`);
  ran.push(backend);
}
if (!ran.includes("wasm")) problems.push("wasm did not run");
if (ran.length < 2) problems.push("neither webgl nor cpu ran");

const powers = wanted.data.map((value) => Math.exp(value - Math.max(...wanted.data)));
const best = powers.indexOf(Math.max(...powers));
const label = graph.outputs[0]?.labels?.[best];
const share = (powers[best] as number) / powers.reduce((sum, each) => sum + each, 0);
const waiting = `(async () => {
  for (let i = 0; i < 600 && document.getElementById("answer").value === ""; i++) await new Promise((done) => setTimeout(done, 100));
  return document.getElementById("answer").value;
})()`;
const { value: said, complaints } = await browser.look(`${address}/page.html`, view, waiting);
console.log(`the page of docs/tfjs-model.md says "${said}"; ONNX Runtime: ${label} ${share.toFixed(3)}`);
const [saidLabel, saidShare] = String(said).split(" ");
if (saidLabel !== label || !(Math.abs(Number(saidShare) - share) < 2e-3)) problems.push("the page says something else");
// Without a GPU, its driver prints notes about speed.
const serious = complaints.filter((each) => !/GL Driver Message \(OpenGL, Performance,/.test(each));
problems.push(...serious.map((each) => `the page: ${each}`));
await browser.close();
server.close();
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
