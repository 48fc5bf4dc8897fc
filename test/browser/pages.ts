/**
 * The pages of examples/browser in a browser: node --import tsx test/browser/pages.ts LIBRARIES [FOLDER], with TensorFlow.js in the
 * folder LIBRARIES (.ci/run installs it) and the pictures of the pages in FOLDER. They are built as a user builds them, only with less
 * training. Both engines answer as `lferc predict` does and train alike. Not part of `npm test`: it needs Debian's chromium.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readMetadataProps } from "../../src/targets/onnx/read-props.js";
import { Chromium, findChromium, type LookOptions } from "../../tools/chromium.js";
import { callLferc } from "../support/in-process.js";
import { root } from "../support/lferc.js";

const [libraries, pictures] = process.argv.slice(2);
if (libraries === undefined) throw new Error("usage: node --import tsx test/browser/pages.ts LIBRARIES [FOLDER]");
const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");

const scratch = mkdtempSync(join(tmpdir(), "lfer-pages-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
const site = join(scratch, "site");
const pages = join(root, "examples/browser");

let wrong = 0;
const expect = (what: string, holds: boolean, more: unknown = ""): void => {
  if (holds) return;
  wrong++;
  console.log(`WRONG: ${what} ${typeof more === "string" ? more : JSON.stringify(more)}`);
};

const building = ["--quick", "--out", scratch, "--libraries", resolve(libraries)];
const built = spawnSync(process.execPath, [join(pages, "build.mjs"), ...building], { encoding: "utf8" });
if (built.status !== 0) throw new Error(`build.mjs failed\n${built.stdout}${built.stderr}`);

const server: ChildProcess = spawn(process.execPath, [join(pages, "serve.mjs"), site, "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const address = String(line).trim();

const browser = new Chromium(program, join(scratch, "profile"), [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  // WebGPU without a graphics card.
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
  "--enable-features=Vulkan",
]);
const own = { mayRequest: (url: string) => url.startsWith(address) || url.startsWith(`blob:${address}`) };
const phone: LookOptions = { width: 390, height: 844, scheme: "dark", ...own };
const desktop: LookOptions = { width: 1280, height: 900, scheme: "light", ...own };
const looks = [desktop, { ...desktop, scheme: "dark" }, phone, { ...phone, scheme: "light" }] as const;

/** What a script that asks the page has at hand. */
const tools = `
  const element = (id) => document.getElementById(id);
  const until = async (holds, what) => {
    for (const ends = Date.now() + 120000; !holds(); await new Promise((done) => setTimeout(done, 50)))
      if (Date.now() > ends) throw new Error("not in time: " + what);
  };
  const isAnswered = () => document.body.dataset.state === "answered";
  const shares = (engine) => [...document.querySelectorAll('[data-engine="' + engine + '"] .bars li')].map((li) => Number(li.dataset.probability));
  const answers = () => ({ onnx: shares("onnx"), tfjs: shares("tfjs"), agree: element("agreement").dataset.agree });
  const give = (file) => {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    element("file").files = transfer.files;
    element("file").dispatchEvent(new Event("change"));
  };
  const drop = (file) => {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    element("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  };
  const beyond = () => document.documentElement.scrollWidth - innerWidth;
`;

async function ask(page: string, look: LookOptions, script: string, name: string): Promise<unknown> {
  const { complaints, value, picture } = await browser.look(
    `${address}${page}`,
    look,
    `(async () => {${tools}${script}})()`,
  );
  // What a machine without a graphics card remarks on.
  const serious = complaints.filter((each) => !/^No available adapters|GL Driver Message/.test(each));
  expect(`${name}: nothing to complain of`, serious.length === 0, serious);
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${name}.png`), picture);
  }
  return value;
}

interface Answers {
  readonly onnx: readonly number[];
  readonly tfjs: readonly number[];
  readonly agree: string;
}

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length && a.length > 0 ? Math.max(...a.map((p, i) => Math.abs(p - (b[i] as number)))) : Number.NaN;

/** What `lferc predict` says of a picture, in the order of the model's classes. */
async function predicted(path: string, labels: readonly string[]): Promise<readonly number[]> {
  const ran = await callLferc(["predict", join(site, "model/lfer_ldl.onnx"), path, "--format", "json"], scratch);
  if (ran.code !== 0) throw new Error(ran.stderr);
  const [found] = (JSON.parse(ran.stdout) as { pictures: { classes: { label: string; probability: number }[] }[] })
    .pictures;
  return labels.map((label) => found?.classes.find((each) => each.label === label)?.probability ?? Number.NaN);
}

async function classifies(): Promise<void> {
  // A picture of another size and shape than the model's: it has to be resized as lferc does it.
  const folder = join(scratch, "odd");
  const drawn = await callLferc(
    ["faces", "-o", folder, "--count", "8", "--people", "8", "--size", "150", "--seed", "9"],
    scratch,
  );
  if (drawn.code !== 0) throw new Error(drawn.stderr);
  const odd = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".png")) ?? "";
  const bytes = readFileSync(join(folder, odd)).toString("base64");
  const asked = (await ask(
    "index.html",
    desktop,
    `await until(isAnswered, "the first face");
     const labels = [...document.querySelectorAll('[data-engine="onnx"] .bars li span:first-child')].map((each) => each.textContent);
     const first = answers();
     const own = Uint8Array.from(atob("${bytes}"), (letter) => letter.charCodeAt(0));
     drop(new File([own], "odd.png"));
     await until(() => !isAnswered(), "the beginning");
     await until(isAnswered, "the file");
     const given = answers();
     give(new File(["no picture"], "letter.png", { type: "image/png" }));
     await until(() => element("message").textContent !== "", "a message");
     const refused = element("message").textContent;
     element("camera").click();
     await until(() => element("viewfinder").videoWidth > 0 && !element("shooting").hidden, "the camera");
     element("shoot").click();
     await until(() => !isAnswered(), "the beginning");
     await until(isAnswered, "the camera's picture");
     const shot = answers();
     const closed = element("viewfinder").srcObject === null;
     navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
     element("camera").click();
     await until(() => element("message").textContent.includes("camera"), "a message");
     return { labels, first, given, refused, shot, closed, denied: element("message").textContent, learnt: element("learnt").textContent,
       times: [...document.querySelectorAll(".engine dd")].map((each) => each.textContent) };`,
    "classify-asked",
  )) as
    | {
        readonly labels: readonly string[];
        readonly first: Answers;
        readonly given: Answers;
        readonly shot: Answers;
        readonly refused: string;
        readonly closed: boolean;
        readonly denied: string;
        readonly learnt: string;
        readonly times: readonly string[];
      }
    | undefined;
  if (asked === undefined) {
    expect("the page that classifies answers", false);
    return;
  }
  const { labels, first, given, shot } = asked;
  for (const [name, path, { onnx, tfjs, agree }] of [
    ["a face of the page", join(site, "faces/1.png"), first],
    ["a file of 150 pixels", join(folder, odd), given],
  ] as const) {
    const wanted = await predicted(path, labels);
    const [ort, tf] = [largestDifference(onnx, wanted), largestDifference(tfjs, wanted)];
    console.log(
      `${name}: from lferc predict, onnxruntime-web differs by ${ort.toExponential(1)}, tfjs by ${tf.toExponential(1)}`,
    );
    expect(`${name}: both answer as lferc predict`, ort < 1e-5 && tf < 1e-5 && agree === "yes", { ort, tf, agree });
  }
  // Else nothing that depends on the picture was compared.
  const apart = largestDifference(first.onnx, given.onnx);
  console.log(`the two answers are ${apart.toFixed(3)} apart`);
  expect("answers depend on the picture", apart > 0.02, apart);
  expect(
    "the camera's picture is answered, and the camera closed",
    largestDifference(shot.onnx, shot.tfjs) < 1e-5 && asked.closed,
    shot,
  );
  expect("a file that is no picture", asked.refused.startsWith("letter.png is no picture"), asked.refused);
  expect("a camera that is refused", asked.denied.startsWith("The camera was refused"), asked.denied);
  expect("what it was trained on", /280 cartoon faces of 20 persons.*not fit for/.test(asked.learnt), asked.learnt);
  expect("six times", asked.times.length === 6 && asked.times.every((each) => / ms$/.test(each)), asked.times);
}

/** The accuracy of a network on the faces that the page holds out, in percent, by lferc; and what the file says of its weights. */
async function judged(file: Uint8Array): Promise<{ readonly accuracy: number; readonly weights: string }> {
  const path = join(scratch, "trained.onnx");
  writeFileSync(path, file);
  const found = readMetadataProps(file);
  let [right, all] = [0, 0];
  for (const split of ["validation", "test"]) {
    const data = ["--data", join(scratch, "work-420/faces"), "--split", split];
    const ran = await callLferc(["eval", path, ...data, "--format", "json"], scratch);
    if (ran.code !== 0) throw new Error(ran.stderr);
    const { accuracy, samples } = JSON.parse(ran.stdout) as { readonly accuracy: number; readonly samples: number };
    right += accuracy * samples;
    all += samples;
  }
  return {
    accuracy: (100 * right) / all,
    weights: found.kind === "props" ? (found.props.get("lfer.weights") ?? "") : "",
  };
}

/** By epoch: engine, epoch, loss, accuracy, held-out accuracy, ms a step. */
type Numbers = readonly (readonly string[])[];

async function trains(): Promise<void> {
  const value = (await ask(
    "train.html",
    phone,
    `await until(() => !element("start").disabled, "the parts");
     const run = async (engine, epochs) => {
       element("engine").value = engine;
       const before = element("numbers").rows.length;
       element("start").click();
       await until(() => document.body.dataset.state === "done" || element("numbers").rows.length >= before + epochs, engine);
       if (document.body.dataset.state !== "done") element("start").click();
       await until(() => document.body.dataset.state === "done", "the end of " + engine);
       document.body.dataset.state = "";
     };
     await run("onnx-wasm", 8);
     const kept = [];
     const { createObjectURL } = URL;
     URL.createObjectURL = (blob) => {
       kept.push(blob);
       return createObjectURL.call(URL, blob);
     };
     element("download").click();
     const trained = kept.length === 0 ? [] : Array.from(new Uint8Array(await kept[0].arrayBuffer()));
     await run("tfjs-wasm", 8);
     const tfjs = { backend: tf.getBackend(), tensors: tf.memory().numTensors };
     await run("tfjs-webgl", 1);
     const webGpu = !document.querySelector('#engine [value="onnx-webgpu"]').disabled;
     if (webGpu) await run("onnx-webgpu", 1);
     document.querySelector("details").open = true;
     return { beyond: beyond(), message: element("message").textContent, faces: element("answers").children.length,
       ...tfjs, trained, webGpu,
       numbers: [...element("numbers").rows].map((row) => [...row.cells].map((cell) => cell.textContent)) };`,
    "train-trained",
  )) as
    | {
        readonly beyond: number;
        readonly message: string;
        readonly faces: number;
        readonly backend: string;
        readonly tensors: number;
        /** The bytes of the file that the page offers. */
        readonly trained: readonly number[];
        readonly webGpu: boolean;
        readonly numbers: Numbers;
      }
    | undefined;
  if (value === undefined) {
    expect("the page that trains answers", false);
    return;
  }
  for (const row of value.numbers) console.log(row.join("  "));
  const of = (engine: string): Numbers => value.numbers.filter(([name]) => name === engine);
  const [ort, tfjs] = [of("ONNX Runtime Web, WebAssembly"), of("TensorFlow.js, WebAssembly")];
  const loss = (row: readonly string[] | undefined): number => Number(row?.[2]);
  const heldOut = (row: readonly string[] | undefined): number => Number.parseFloat(row?.[4] ?? "");
  expect("no message", value.message === "", value.message);
  expect("onnxruntime-web trains to the end", ort.length === 8 && loss(ort.at(-1)) < 0.6 * loss(ort[0]));
  // Chance is 14.3 %.
  expect("and finds faces that it never saw", heldOut(ort.at(-1)) > 45, ort.at(-1));
  expect("tfjs trains to the end", value.backend === "wasm" && tfjs.length === 8, tfjs);
  // Rounding grows, and Adam divides small gradients by their own size: the losses differ by 2e-4, 8e-4 and 4e-3 after one, two and
  // three epochs. From the same state, the gradients of a step differ from float64 as those of ONNX Runtime do (docs/engine-tfjs.md).
  for (const [epoch, bound] of [1e-3, 5e-3].entries()) {
    const apart = Math.abs(loss(tfjs[epoch]) - loss(ort[epoch])) / loss(ort[epoch]);
    expect(`both learn alike, epoch ${epoch + 1}`, apart < bound, apart);
  }
  expect("tfjs' loss falls", loss(tfjs.at(-1)) < 0.6 * loss(tfjs[0]), tfjs.at(-1));
  expect("and finds faces that it never saw", Math.abs(heldOut(tfjs.at(-1)) - heldOut(ort.at(-1))) < 5, tfjs.at(-1));
  expect("tfjs holds no tensor after the run", value.tensors === 0, value.tensors);
  const kept = await judged(Uint8Array.from(value.trained));
  console.log(
    `the file that the page offers: weights of ${kept.weights}; lferc eval finds ${kept.accuracy.toFixed(1)} %`,
  );
  expect("the file says where its weights come from", kept.weights === "64 steps in a page", kept.weights);
  expect("lferc eval finds the page's accuracy", Math.abs(kept.accuracy - heldOut(ort.at(-1))) < 0.051, kept.accuracy);
  if (!value.webGpu) console.log("this browser has no WebGPU");
  for (const name of ["TensorFlow.js, WebGL", ...(value.webGpu ? ["ONNX Runtime Web, WebGPU"] : [])]) {
    const [epoch] = of(name);
    expect(`${name} learns alike`, Math.abs(loss(epoch) - loss(ort[0])) < 1e-3 * loss(ort[0]), epoch);
  }
  expect("test pictures", value.faces === 14, value.faces);
  expect("nothing stands beyond the edge", value.beyond <= 0, value.beyond);
}

/** Either page in each look. */
async function looksRight(): Promise<void> {
  for (const [page, ready] of [
    ["index.html", "isAnswered()"],
    ["train.html", '!element("start").disabled'],
  ] as const) {
    const papers = new Set<string>();
    for (const look of looks) {
      const name = `${page.replace(".html", "")}-${look.width}-${look.scheme}`;
      const seen = (await ask(
        page,
        look,
        `await until(() => ${ready}, "the page"); return { beyond: beyond(), paper: getComputedStyle(document.body).backgroundColor };`,
        name,
      )) as { readonly beyond: number; readonly paper: string } | undefined;
      expect(`${name}: nothing stands beyond the edge`, (seen?.beyond ?? 1) <= 0, seen);
      papers.add(seen?.paper ?? "");
    }
    expect(`${page}: light and dark differ`, papers.size === 2, [...papers]);
  }
}

/** The pages without their models, as in a folder that was copied in part. */
async function saysWhatIsMissing(): Promise<void> {
  rmSync(join(site, "model"), { recursive: true });
  const { value } = await browser.look(
    `${address}index.html`,
    desktop,
    `(async () => {${tools} await until(() => element("message").textContent !== "", "a message"); return element("message").textContent; })()`,
  );
  expect("a model that is missing", /^model\/lfer_ldl\.onnx is not here\..*npm run pages/.test(String(value)), value);
}

try {
  await classifies();
  await trains();
  await looksRight();
  await saysWhatIsMissing();
} finally {
  await browser.close();
  server.kill();
}
console.log(wrong === 0 ? `right: two pages in ${program}, each in ${looks.length} looks` : `${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
