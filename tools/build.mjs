// Bundles src/ into dist/ (or the given folder): the command line, split so that a command loads only its own code; three commands as one
// script with the code that V8 compiled for it (tools/launcher.mjs chooses); the batch worker thread; the library; the test kit; their
// types; ONNX Runtime in WebAssembly. Runs before `npm start` and `npm pack`, so it needs only what `npm ci` installs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { lazyExplanations } from "./lazy-explanations.mjs";
import { ownCommands, parameters } from "./program-script.mjs";
import { readyTrees } from "./ready-trees.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder = "dist", ...rest] = process.argv.slice(2);
const outdir = resolve(root, folder);
// Tests build only the command line, into a folder of their own; few of them need the compiled script.
const isPackage = folder === "dist";
const isCompiled = isPackage || rest.includes("--compiled");

/** The file that onnxruntime-web loads by address when it starts: of its five builds, the plain one for the CPU. */
const runtimeFiles = ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

/** Some bundled CommonJS packages load Node's own modules by `require`. */
const requireBanner =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

const bundled = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  // Native packages are not bundled and are loaded lazily; `lferc info` shows which are installed.
  external: ["onnxruntime-node", "sharp"],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

const modules = {
  ...bundled,
  outdir,
  splitting: true,
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  banner: { js: requireBanner },
};

/** Leaves the other commands out of the script, and what decodes pictures: dist/lferc.js does not use it for them. */
const withoutOtherCommands = {
  name: "without other commands",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/build-quantised\.js$/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /\.command\.js$/ }, ({ path, kind }) => {
      const isLeftOut = kind === "dynamic-import" && !ownCommands.some((name) => path === `./${name}.command.js`);
      return isLeftOut ? { path, external: true } : undefined;
    });
  },
};

/** Three commands in one script, because V8 can cache the code of scripts but not of modules. */
const program = {
  ...bundled,
  outfile: join(outdir, "chunks/lferc.cjs"),
  entryPoints: ["src/cli/main.ts"],
  format: "cjs",
  minify: true,
  plugins: [lazyExplanations, readyTrees, withoutOtherCommands],
  define: { "import.meta.url": "__url", "import.meta.resolve": "__resolve" },
  banner: { js: `(function(${parameters.join(",")}){` },
  footer: { js: "})" },
};

/** dist/lferc.js, with the name and digest of the compiled code beside it. */
const launcher = (codeCache) => ({
  ...bundled,
  outfile: join(outdir, "lferc.js"),
  entryPoints: ["tools/launcher.mjs"],
  external: ["./chunks/lferc.js"],
  format: "esm",
  minify: true,
  define: { __codeCache: JSON.stringify(codeCache) },
});

/**
 * V8's flags for commands that end soon.
 * - Optimize a function after four times as many bytes of bytecode as by default: most commands end before optimized code has saved
 *   the time of compiling it, which is a third of their CPU time.
 * - Do not mark objects while the program runs: most commands end before anything is freed, and waited for the end of the marking.
 */
const flagsOfShortCommands = [`--interrupt-budget=${4 * 67_584}`, "--no-incremental-marking"];

/** Whether this Node's V8 has the flag: it prints an error for every other (`--interrupt-budget` is gone in Node 24). */
const isKnown = (flag) => spawnSync(process.execPath, [flag, "--eval", ""], { stdio: "ignore" }).status === 0;

/** Compiles what commands run with this Node, in a separate process; returns the file, its SHA-256, and the flags to run it with. */
async function compiledCode() {
  const file = `lferc-${process.version}-${process.platform}-${process.arch}.cache`;
  const path = join(outdir, "chunks", file);
  const made = spawnSync(process.execPath, [join(root, "tools/make-code-cache.mjs"), program.outfile, path], {
    cwd: root,
    // Otherwise flags would differ from those of users.
    env: { ...process.env, NODE_OPTIONS: "" },
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`lferc could not be compiled\n${made.stderr}`);
  return {
    file,
    digest: createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
    flagsOfShortCommands: flagsOfShortCommands.filter(isKnown),
  };
}

/** The text of a package's licence: its own file, or from tools/licences/ if the package has none. */
async function licenceOf(name) {
  const path = join(root, "node_modules", name);
  const file = (await readdir(path)).find((entry) => /^licen[cs]e/i.test(entry));
  return readFile(file === undefined ? join(root, "tools/licences", `${name}.txt`) : join(path, file), "utf8");
}

/** The licences of the bundled packages, as they require. */
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
const programs = { "chunks/lferc": "src/cli/main.ts", "picture-worker": "src/data/loader/worker.ts" };
const bundles = [build({ ...modules, entryPoints: programs, minify: true, plugins: [lazyExplanations, readyTrees] })];
if (isCompiled) bundles.push(build(program));
if (isPackage) {
  bundles.push(build({ ...modules, entryPoints: { index: "src/index.ts", testing: "src/testing/index.ts" } }));
}
const results = await Promise.all(bundles);
await build(launcher(isCompiled ? await compiledCode() : { file: "", digest: "", flagsOfShortCommands: [] }));
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
