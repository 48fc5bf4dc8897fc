// Bundles src/ into dist/ (or the folder given): the command line, split so that a command loads only its own code; the thread
// that makes batches of pictures; the library; the test kit; their types; ONNX Runtime in WebAssembly. Runs before `npm start` and `npm pack`, so it needs nothing but what `npm ci` brings.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder = "dist"] = process.argv.slice(2);
const outdir = resolve(root, folder);
// Tests build the command line alone, into a folder of their own.
const isPackage = folder === "dist";

/** What onnxruntime-web loads by address when it starts: of its five builds the plain one, for the CPU. */
const runtimeFiles = ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

/** Some bundled CommonJS packages ask for Node's own modules through `require`. */
const requireBanner =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

const shared = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Native packages stay outside and are loaded late; `lferc info` tells which are there.
  external: ["onnxruntime-node", "sharp"],
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "none",
  banner: { js: requireBanner },
  metafile: true,
  logLevel: "warning",
};

/** Text of a package's licence: its own file, or tools/licences/ where it comes without one. */
async function licenceOf(name) {
  const path = join(root, "node_modules", name);
  const file = (await readdir(path)).find((entry) => /^licen[cs]e/i.test(entry));
  return readFile(file === undefined ? join(root, "tools/licences", `${name}.txt`) : join(path, file), "utf8");
}

/** The licences of the packages that were bundled, as they ask. */
async function licences(inputs) {
  const packages = new Set(inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = await Promise.all(
    [...packages].sort().map(async (path) => {
      const { name, version, license } = JSON.parse(await readFile(join(root, path, "package.json"), "utf8"));
      const text = await licenceOf(name);
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    }),
  );
  return `lferc contains code of these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

await rm(outdir, { recursive: true, force: true });
const programs = { lferc: "src/cli/bin.ts", "picture-worker": "src/data/loader/worker.ts" };
const bundles = [build({ ...shared, entryPoints: programs, minify: true })];
if (isPackage) {
  bundles.push(build({ ...shared, entryPoints: { index: "src/index.ts", testing: "src/testing/index.ts" } }));
}
const results = await Promise.all(bundles);
await chmod(join(outdir, "lferc.js"), 0o755);
await mkdir(join(outdir, "onnxruntime-web"));
for (const file of runtimeFiles) {
  await copyFile(join(root, "node_modules/onnxruntime-web/dist", file), join(outdir, "onnxruntime-web", file));
}

if (isPackage) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(outdir, "third-party-licences.txt"), await licences(inputs));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  if (existsSync(tsc)) {
    const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
}
