/**
 * Time of LFER-LDL for one picture in headless chromium, in WebAssembly with SIMD on one thread, in turns: our ONNX file and PyTorch's own
 * export in onnxruntime-web, our GraphModel in TensorFlow.js.
 *   node --import tsx bench/browser-inference.ts LIBRARIES [--size 224] [--rounds 30] [--python PYTHON]
 * LIBRARIES is a folder with @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm in its node_modules; PYTHON has torch, onnx, onnxscript.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Chromium, findChromium } from "../tools/chromium.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "224" },
    rounds: { type: "string", default: "30" },
    python: { type: "string" },
  },
});
const [libraries] = positionals;
if (libraries === undefined) throw new Error("usage: node --import tsx bench/browser-inference.ts LIBRARIES");
const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");
const { size, python } = options;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "lfer-browser-inference-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));

function run(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, [...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args[0]} ended with ${status}: ${stderr}`);
}

const lferc = [
  path("../dist/lferc.js"),
  "build",
  path("../models/lfer_ldl.lfer"),
  "--model",
  "lfer_ldl",
  "--no-verify",
];
run(process.execPath, [...lferc, "--set", `size=${size}`, "-o", join(scratch, "ours.onnx")]);
run(process.execPath, [...lferc, "--set", `size=${size}`, "--target", "tfjs", "-o", join(scratch, "model")]);
if (python !== undefined) run(python, [path("peers/torch_export.py"), "LferLdl", size, join(scratch, "torch.onnx")]);

const roots: Readonly<Record<string, string>> = {
  made: scratch,
  tfjs: join(libraries, "node_modules/@tensorflow/tfjs/dist"),
  wasm: join(libraries, "node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  ort: path("../node_modules/onnxruntime-web/dist"),
};
const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
const page = `<!doctype html><script src="tfjs/tf.min.js"></script><script src="wasm/tf-backend-wasm.min.js"></script>
<script src="ort/ort.wasm.min.js"></script>`;
const server = createServer(({ url = "" }, response) => {
  const [, folder = "", file = ""] = /^\/(\w+)\/([\w./-]+)$/.exec(url) ?? [];
  const root = roots[folder];
  try {
    const body = root === undefined ? page : readFileSync(join(root, normalize(join("/", file))));
    response.writeHead(200, { "content-type": root === undefined ? "text/html" : (types[extname(file)] ?? "") });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** Runs in the page: the times of every contestant's rounds in ms, and the time of its first answer with all that comes before it. */
const script = `(async () => {
  const size = ${size};
  const values = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i * 12.9898) * 1.4);
  ort.env.wasm.numThreads = 1;
  tf.wasm.setWasmPaths("wasm/");
  const onnx = async (file) => {
    const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
    return async () => {
      const { logits } = await session.run({ image: new ort.Tensor("float32", values, [1, 3, size, size]) });
      return logits.data[0];
    };
  };
  const graph = async () => {
    await tf.setBackend("wasm");
    const model = await tf.loadGraphModel("made/model/model.json");
    const input = tf.tensor(values, [1, size, size, 3]);
    return async () => {
      const logits = model.predict(input);
      const [first] = await logits.data();
      logits.dispose();
      return first;
    };
  };
  const made = {
    "onnxruntime-web, our file": () => onnx("made/ours.onnx"),
    ${python === undefined ? "" : '"onnxruntime-web, PyTorch\'s export": () => onnx("made/torch.onnx"),'}
    "TensorFlow.js, our GraphModel": graph,
  };
  const contestants = [];
  for (const [name, make] of Object.entries(made)) {
    const from = performance.now();
    const ask = await make();
    await ask();
    contestants.push({ name, ask, first: performance.now() - from, times: [] });
    for (let i = 0; i < 3; i++) await ask();
  }
  for (let round = 0; round < ${options.rounds}; round++) {
    for (const { ask, times } of contestants) {
      const from = performance.now();
      await ask();
      times.push(performance.now() - from);
    }
  }
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return { simd, contestants: contestants.map(({ name, first, times }) => ({ name, first, times })) };
})()`;

interface Raced {
  readonly simd: boolean;
  readonly contestants: readonly { readonly name: string; readonly first: number; readonly times: readonly number[] }[];
}

const browser = new Chromium(program, join(scratch, "profile"));
try {
  const view = { width: 800, height: 600, scheme: "light", mayRequest: () => true } as const;
  const { value, complaints } = await browser.look(address, view, script);
  const raced = value as Raced | undefined;
  if (raced === undefined) throw new Error(complaints.join("\n"));
  if (!raced.simd) throw new Error("this browser has no SIMD in WebAssembly");
  console.log(`LFER-LDL, ${size} pixels, one picture, ${options.rounds} rounds in turns, one thread, SIMD\n`);
  console.log(
    "| | least | median | loading and first answer (the first loads the runtime too) |\n| --- | ---: | ---: | ---: |",
  );
  const cell = (ms: number): string => `${ms.toFixed(1)} ms`;
  for (const { name, first, times } of raced.contestants) {
    const sorted = times.toSorted((a, b) => a - b);
    const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
    console.log(`| ${name} | ${cell(least)} | ${cell(median)} | ${cell(first)} |`);
  }
} finally {
  await browser.close();
  server.close();
}
