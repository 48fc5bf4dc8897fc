/**
 * Runs the page of docs/tfjs-train.md in a browser: it must learn, with the same losses as in Node. node --import tsx
 * test/browser/train-page.ts LIBRARIES, a folder with @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm in its node_modules. Not part of
 * `npm test`: it needs chromium, as .ci/run installs it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chromium, findChromium } from "../../tools/chromium.js";
import { tfjs } from "../support/tfjs-cpu.js";
import { batchesModule, docBlock, stepModule } from "../targets/tfjs-train/doc-loops.js";
import { loadModule } from "../targets/tfjs-train/printed.js";

const [libraries] = process.argv.slice(2);
if (libraries === undefined) throw new Error("usage: node --import tsx test/browser/train-page.ts LIBRARIES");
const library = (name: string): Buffer => readFileSync(join(libraries, "node_modules/@tensorflow", name));
const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");

/** TensorFlow.js for browsers includes WebGL and the CPU; WebAssembly needs another script. */
const wasmScript = `await new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src: "tf-backend-wasm.min.js", onload: resolve, onerror: reject });
  document.head.append(script);
});
`;

/** The texts that the page shows, one after another; and the backend to use, if not its default. */
const watched = (
  backend: string,
): string => `${backend === "wasm" ? wasmScript : ""}${backend === "" ? "" : `await tf.setBackend("${backend}");\n`}${batchesModule}
window.seen = [];
const shown = document.querySelector("#loss");
new MutationObserver(() => window.seen.push(Number(shown.textContent))).observe(shown, { childList: true });
`;

const step = await stepModule();
let backend = "";
const files: Readonly<Record<string, () => readonly [type: string, text: string | Buffer]>> = {
  "/": () => ["text/html", docBlock("html")],
  "/tf.min.js": () => ["text/javascript", library("tfjs/dist/tf.min.js")],
  "/tf-backend-wasm.min.js": () => ["text/javascript", library("tfjs-backend-wasm/dist/tf-backend-wasm.min.js")],
  "/step.mjs": () => ["text/javascript", step],
  "/batches.mjs": () => ["text/javascript", watched(backend)],
};
const server = createServer(({ url = "" }, response) => {
  const wasm = /^\/(tfjs-backend-wasm[\w-]*\.wasm)$/.exec(url)?.[1];
  const found =
    wasm === undefined ? files[url]?.() : (["application/wasm", library(`tfjs-backend-wasm/dist/${wasm}`)] as const);
  response.writeHead(found === undefined ? 404 : 200, { "content-type": found?.[0] ?? "text/plain" });
  response.end(found?.[1]);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** The same steps here. */
async function wantedLosses(): Promise<readonly number[]> {
  const module = await loadModule(step);
  const { batches } = (await import(`data:text/javascript,${encodeURIComponent(batchesModule)}`)) as {
    readonly batches: readonly object[];
  };
  const own = module.createStep(tfjs);
  let state = module.initialState(tfjs);
  return batches.map((batch, i) => {
    const made = own.step(state, { ...batch, learning_rate: module.learningRate(0, i, batches.length) });
    state = made.state;
    return made.outputs.loss?.dataSync()[0] as number;
  });
}

const wanted = await wantedLosses();
const profile = mkdtempSync(join(tmpdir(), "lfer-train-page-"));
const browser = new Chromium(program, profile);
const script = `new Promise((resolve, reject) => {
  const ends = Date.now() + 120000;
  const look = () => {
    if (window.seen?.length === ${wanted.length}) resolve({ seen: window.seen, backend: tf.getBackend(), tensors: tf.memory().numTensors });
    else if (Date.now() > ends) reject(new Error("the page has shown " + JSON.stringify(window.seen)));
    else setTimeout(look, 50);
  };
  look();
})`;
try {
  const tensors: number[] = [];
  for (backend of ["", "cpu", "wasm"]) {
    const { value, complaints } = await browser.look(address, { width: 800, height: 600, scheme: "light" }, script);
    const faults = complaints.filter((each) => !each.startsWith(`a request for ${address}`));
    const found = value as
      | { readonly seen: readonly number[]; readonly backend: string; readonly tensors: number }
      | undefined;
    console.log(`${found?.backend}: ${found?.seen.join(", ")}; here ${wanted.join(", ")}`);
    const isNear = found?.seen.every(
      (loss, i) => Math.abs(loss - (wanted[i] as number)) < 1e-3 * (wanted[i] as number),
    );
    if (found === undefined || isNear !== true)
      throw new Error(`the page does not learn as Node does\n${faults.join("\n")}`);
    if (backend !== "" && found.backend !== backend) throw new Error(`the page ran on ${found.backend}`);
    tensors.push(found.tensors);
  }
  if (new Set(tensors).size !== 1) throw new Error(`${tensors.join(" and ")} tensors are held`);
} finally {
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
