/*
 * Puts the pages of this folder together with all that they load, in a folder that any static server can serve:
 *   node examples/browser/build.mjs [--out out/browser] [--quick] [--libraries FOLDER]
 * It draws faces, trains LFER-LDL on them for a minute or two, builds the models and copies the libraries: onnxruntime-web from
 * node_modules, TensorFlow.js from FOLDER/node_modules or, without --libraries, from the registry (`npm install` into the folder
 * `work` beside the site). Faces, run and libraries stay in `work`: the second time is short. --quick trains for seconds only.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { transform } from "esbuild";
import sharp from "sharp";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "out/browser") },
    quick: { type: "boolean", default: false },
    libraries: { type: "string" },
  },
});
const amounts = options.quick ? { faces: 420, size: 64, epochs: 6 } : { faces: 1400, size: 112, epochs: 10 };
const out = resolve(options.out);
const work = join(out, `work-${amounts.faces}`);
const site = join(out, "site");
const [faces, run] = [join(work, "faces"), join(work, "run")];
const cartoons = join(here, "cartoons.lfer");
const smallFaces = join(root, "examples/faces.lfer");

/** The modules of lferc by which a picture is made ready and an answer read: the pages load them as they are, without their types. */
const ownModules = [
  "data/resize-picture.ts",
  "data/normalise.ts",
  "data/views.ts",
  "data/augment/horizontal-flip.ts",
  "deploy/softmax.ts",
  "deploy/class-probabilities.ts",
];

const onnxLibrary = [
  ...["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"],
  ...["ort.webgpu.min.mjs", "ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm"],
];
const tfjsVersion = "4.22.0";
const tfjsLibraries = {
  "@tensorflow/tfjs": ["tf.es2017.min.js"],
  "@tensorflow/tfjs-backend-wasm": [
    "tf-backend-wasm.es2017.min.js",
    "tfjs-backend-wasm.wasm",
    "tfjs-backend-wasm-simd.wasm",
  ],
};

/** Runs a program to its end, or throws; gives what it printed if `isRead`. */
function runProgram(program, args, isRead = false) {
  const stdio = ["ignore", isRead ? "pipe" : "inherit", "inherit"];
  const { status, stdout } = spawnSync(program, args, { cwd: root, stdio, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
  return stdout;
}

const lfercPath = join(root, "dist/lferc.js");
const lferc = (...args) => runProgram(process.execPath, [lfercPath, ...args]);

/** What an earlier call left in this folder is gone on with; if it was made of other sources or by another version, it is made anew. */
async function goOn(folder, ...args) {
  const isOld = existsSync(folder);
  try {
    lferc(...args);
  } catch (error) {
    if (!isOld) throw error;
    console.log(`${folder} is made anew`);
    await rm(folder, { recursive: true });
    lferc(...args);
  }
}

/** The rows of a table that `lferc faces` wrote: no cell of it is quoted. */
async function readTable(name) {
  const [header, ...lines] = (await readFile(join(faces, name), "utf8")).trim().split("\n");
  const columns = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [columns[i], cell])));
}

const peopleOf = (rows) => new Set(rows.map(({ person }) => person)).size;

async function copyPages() {
  for (const name of await readdir(here)) {
    if (/\.(html|css|svg|js)$/.test(name)) await copyFile(join(here, name), join(site, name));
  }
  for (const path of ownModules) {
    const { code } = await transform(await readFile(join(root, "src", path), "utf8"), { loader: "ts" });
    const target = join(site, "lferc", path.replace(/\.ts$/, ".js"));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
}

async function copyLibraries() {
  const libraries = resolve(options.libraries ?? join(out, "libraries"));
  const packages = Object.keys(tfjsLibraries);
  if (!packages.every((name) => existsSync(join(libraries, "node_modules", name)))) {
    console.log(`TensorFlow.js is no dependency of lfer: npm installs it into ${libraries}`);
    const flags = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", libraries];
    runProgram("npm", ["install", ...flags, ...packages.map((name) => `${name}@${tfjsVersion}`)]);
  }
  const target = join(site, "libraries");
  await mkdir(target, { recursive: true });
  const copyFrom = async (folder, names) => {
    for (const name of names) await copyFile(join(folder, "dist", name), join(target, name));
  };
  await copyFrom(join(root, "node_modules/onnxruntime-web"), onnxLibrary);
  for (const [name, files] of Object.entries(tfjsLibraries)) {
    await copyFrom(join(libraries, "node_modules", name), files);
  }
}

/** LFER-LDL, trained, in both forms, and what the page says of it. */
async function makeClassifier(rows) {
  const sizes = ["--set", `distributions=${join(faces, "distributions.csv")}`, "--epochs", `${amounts.epochs}`];
  await goOn(run, "train", cartoons, "--data", faces, ...sizes, "--out", run, "--resume");
  const judged = runProgram(
    process.execPath,
    [lfercPath, "eval", run, "--data", faces, "--split", "test", "--format", "json"],
    true,
  );
  const weights = ["--model", "cartoon_ldl", "--weights", join(run, "best.safetensors")];
  await mkdir(join(site, "model"), { recursive: true });
  lferc("build", cartoons, ...weights, "-o", join(site, "model/lfer_ldl.onnx"));
  lferc("build", cartoons, ...weights, "--target", "tfjs", "-o", join(site, "model/lfer_ldl"));

  const part = (name) => rows.filter(({ split }) => split === name);
  const about = {
    faces: part("train").length,
    people: peopleOf(part("train")),
    size: 64,
    epochs: amounts.epochs,
    test: { faces: part("test").length, people: peopleOf(part("test")), accuracy: JSON.parse(judged).accuracy },
  };
  const distributions = await readTable("distributions.csv");
  const sharesOf = (path) => {
    const { path: _, ...shares } = distributions.find((row) => row.path === path);
    return Object.fromEntries(Object.entries(shares).map(([label, share]) => [label, Number(share)]));
  };
  // The first of each expression, each of another person as far as there are.
  const labels = [...new Set(rows.map(({ label }) => label))];
  const samples = labels.map((label, i) => {
    const own = part("test").filter((row) => row.label === label);
    const { path } = own[i % own.length];
    return { path, file: `${i + 1}.png`, shares: sharesOf(path) };
  });
  await mkdir(join(site, "faces"), { recursive: true });
  for (const { path, file } of samples) await copyFile(join(faces, path), join(site, "faces", file));
  await writeFile(join(site, "about.json"), JSON.stringify({ training: about, samples }));
}

/** The training step in both forms, the network to put its weights in, and the faces in one file. */
async function makeTraining(rows) {
  const folder = join(site, "train");
  await mkdir(folder, { recursive: true });
  const build = (...args) => lferc("build", smallFaces, ...args);
  build("--target", "onnx-train", "--recipe", "Faces", "-o", join(folder, "step.onnx"));
  build("--target", "tfjs-train", "--recipe", "Faces", "-o", join(folder, "step.mjs"));
  // Not rewritten: so each weight of the step has its place there.
  build("--model", "SmallFaces", "--optimize", "0", "-o", join(folder, "network.onnx"));

  const { metadata } = await import(pathToFileURL(join(folder, "step.mjs")).href);
  const [size] = JSON.parse(metadata["lfer.input.size"]);
  const classes = JSON.parse(metadata["lfer.labels"]);
  const source = await readFile(join(site, "lferc/data/resize-picture.js"), "utf8");
  const { resizeBilinear } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  const read = async ({ path }) => {
    const { data, info } = await sharp(join(faces, path)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return resizeBilinear({ width: info.width, height: info.height, pixels: new Uint8Array(data) }, size, size).pixels;
  };
  const [train, heldOut] = [
    rows.filter(({ split }) => split === "train"),
    rows.filter(({ split }) => split !== "train"),
  ];
  const all = [...train, ...heldOut];
  await writeFile(join(folder, "faces.bin"), Buffer.concat(await Promise.all(all.map(read))));
  const about = {
    size,
    train: train.length,
    trainPeople: peopleOf(train),
    heldOutPeople: peopleOf(heldOut),
    labels: all.map(({ label }) => classes.indexOf(label)),
  };
  await writeFile(join(folder, "faces.json"), JSON.stringify(about));
}

if (!existsSync(lfercPath)) throw new Error("dist/lferc.js is missing: npm ci in the clone builds it");
await rm(site, { recursive: true, force: true });
await mkdir(site, { recursive: true });
await copyPages();
await copyLibraries();
await goOn(faces, "faces", "-o", faces, "--count", `${amounts.faces}`, "--size", `${amounts.size}`);
const rows = await readTable("labels.csv");
await makeTraining(rows);
await makeClassifier(rows);
console.log(`the pages: ${relative(process.cwd(), site)}`);
