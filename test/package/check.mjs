// The package as a user installs it: `node test/package/check.mjs FOLDER` packs it into the folder and installs the tarball in empty
// projects there, with npm 10 and npm 11: completely, without optional packages, and with a failing install script of
// onnxruntime-node. Needs a package registry. Not part of `npm test`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = resolve(process.argv[2] ?? "");
assert.ok(process.argv[2] !== undefined, "usage: node test/package/check.mjs FOLDER");
mkdirSync(scratch, { recursive: true });

function run(command, args, { cwd, env = {}, code = 0 } = {}) {
  const ran = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...env } });
  assert.equal(ran.status, code, `${command} ${args.join(" ")}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** An environment with `npm` and `npx` of that version: Node 20 and 22 include 10, Node 24 includes 11. */
function npmOf(version) {
  const folder = join(scratch, `npm-${version}`);
  run("npm", ["install", "--silent", "--prefix", folder, `npm@${version}`], { cwd: scratch });
  const env = { PATH: [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter) };
  assert.ok(run("npm", ["--version"], { env }).stdout.startsWith(`${version}.`));
  return env;
}

/** The tarball contains exactly the intended files. */
function pack() {
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", scratch], { cwd: root }).stdout);
  const paths = packed.files.map(({ path }) => path);
  const meant =
    /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|dist\/|docs\/[\w/-]+\.(md|svg|png)$|models\/[\w-]+\.(lfer|map)$|examples\/[\w-]+\.(lfer|mjs)$|grammar\/)/;
  assert.deepEqual(
    paths.filter((path) => !meant.test(path)),
    [],
  );
  assert.deepEqual(
    paths.filter((path) => /\.test\.|fixture|golden|^dist.*\.map$|\.tsx?$/.test(path) && !path.endsWith(".d.ts")),
    [],
  );
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "dist/lferc.js", "dist/index.js", "dist/testing.js"]) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  assert.ok(paths.includes("dist/types/index.d.ts") && paths.includes("dist/third-party-licences.txt"));
  for (const model of readdirSync(join(root, "models"))) assert.ok(paths.includes(`models/${model}`), model);
  console.log(`${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked, ${paths.length} files`);
  // Half a megabyte of it are the pages of docs/ with their pictures, some of which do not compress.
  assert.ok(packed.size < 7_500_000, "what else than ONNX Runtime in WebAssembly and compiled code made it so large?");
  const pages = packed.files.filter(({ path }) => path.startsWith("docs/"));
  assert.ok(pages.reduce((sum, { size }) => sum + size, 0) < 1_500_000, "what made the pages so large?");
  return join(scratch, packed.filename);
}

const text = `lfer 1

model Tiny {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(8, stride: 2) -> batch_norm -> relu -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}
`;

/** A user's project, with the tarball installed without a warning; lferc is the one that npm put there. */
function project(name, tarball, { flags = [], env = {} } = {}) {
  const cwd = join(scratch, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  writeFileSync(join(cwd, "tiny.lfer"), text);
  const { stdout, stderr } = run("npm", ["install", ...flags, tarball], { cwd, env });
  // A package cannot influence the machine's own settings.
  const said = (stdout + stderr).replace(/^npm warn Unknown user config .*$/gm, "");
  assert.doesNotMatch(said, /npm warn|deprecated|vulnerab/i);
  const lferc = (args, code = 0) => run("npx", ["--no", "lferc", ...args], { cwd, code, env });
  return { cwd, env, lferc, has: (dependency) => existsSync(join(cwd, "node_modules", dependency)) };
}

/** What works wherever Node does: there is always an ONNX Runtime, native or in WebAssembly. */
function plainCommands({ cwd, lferc }) {
  lferc(["check", "tiny.lfer"]);
  lferc(["check", "node_modules/lfer/models", "node_modules/lfer/examples"]);
  lferc(["fmt", "--check", "tiny.lfer"]);
  assert.match(lferc(["stats", "tiny.lfer"]).stdout, /total/);
  assert.match(lferc(["build", "tiny.lfer", "-o", "tiny.onnx"]).stderr, /in ONNX Runtime( \(WebAssembly\))? \d/);
  lferc(["build", "tiny.lfer", "-o", "quick.onnx", "--no-verify"]);
  assert.deepEqual(readFileSync(join(cwd, "quick.onnx")), readFileSync(join(cwd, "tiny.onnx")));
}

/** The tour, and its training and prediction as typed by a user; output goes to the folder `out`. */
function learns({ cwd, lferc }, out) {
  const toured = lferc(["tour", "--out", out]);
  assert.doesNotMatch(toured.stderr, /left out|warning/i);
  const pages = [...toured.stdout.matchAll(/^[A-Z][\w ]+: (\S+\.md)$/gm)].map(([, path]) => path);
  assert.equal(pages.length, 3);
  for (const page of pages) assert.ok(page.startsWith("node_modules/lfer/docs/") && existsSync(join(cwd, page)), page);
  const faces = "node_modules/lfer/examples/faces.lfer";
  lferc(["train", faces, "--recipe", "Faces", "--data", "generated", "--epochs", "1", "--out", `${out}/run`]);
  const asked = JSON.parse(lferc(["predict", `${out}/run/model.onnx`, `${out}/drawn/test`, "--format", "json"]).stdout);
  // A tenth of the thousand faces and more; each of them is predicted.
  assert.ok(asked.pictures.length >= 100 && asked.failed.length === 0, `${asked.pictures.length} answers`);
}

/** Without onnxruntime-node, `info` prints the command that installs it, which works where the plain one does not. */
function bringsRuntime({ cwd, env, lferc, has }) {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/onnxruntime-node/package.json"), "utf8"));
  const command = `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@${version}`;
  assert.ok(lferc(["info"]).stdout.includes(`  ${command}\n`), lferc(["info"]).stdout);
  run("sh", ["-c", command], { cwd, env });
  assert.ok(has("onnxruntime-node"));
  assert.match(lferc(["info"]).stdout, new RegExp(`^ort +${version.replaceAll(".", "\\.")} +CPU`, "m"));
}

/** A stranger owns the name lferc: it runs if npx may download, and never with the commands that we document. */
async function neverAStrangers(env, projects) {
  const cwd = join(scratch, "stranger");
  const theirs = join(cwd, "theirs");
  for (const folder of [theirs, join(cwd, "empty")]) mkdirSync(folder, { recursive: true });
  const about = { name: "lferc", version: "9.9.9", bin: { lferc: "taken.js" } };
  writeFileSync(join(theirs, "package.json"), JSON.stringify(about));
  writeFileSync(join(theirs, "taken.js"), '#!/usr/bin/env node\nconsole.log("a stranger\'s");\n');
  run("npm", ["pack", "--silent"], { cwd: theirs });
  const serving = spawn(process.execPath, [join(root, "test/package/strange-registry.mjs"), "lferc-9.9.9.tgz"], {
    cwd: theirs,
  });
  try {
    const [address] = await once(serving.stdout.setEncoding("utf8"), "data");
    for (const [version, npm] of Object.entries(env)) {
      const strange = { ...npm, npm_config_registry: address.trim(), npm_config_cache: join(cwd, version), CI: "true" };
      const npx = (folder, args) =>
        spawnSync("npx", [...args, "info"], { cwd: folder, encoding: "utf8", env: { ...process.env, ...strange } });
      const refused = npx(join(cwd, "empty"), ["--no", "lferc"]);
      assert.ok(refused.status !== 0 && !refused.stdout.includes("stranger"), refused.stdout);
      for (const folder of projects) assert.match(npx(folder, ["--no", "lferc"]).stdout, /^lferc +\d/);
      // Otherwise nothing was tested.
      assert.match(npx(join(cwd, "empty"), ["--yes", "lferc"]).stdout, /a stranger's/);
    }
  } finally {
    serving.kill();
  }
}

/** The workflow of `lferc init --from`, its steps run as by GitHub. */
function workflow(tarball, env) {
  const cwd = join(scratch, "workflow");
  mkdirSync(join(cwd, ".git"), { recursive: true });
  mkdirSync(join(cwd, "runner"));
  writeFileSync(join(cwd, "lfer.tgz"), readFileSync(tarball));
  run(process.execPath, [join(root, "dist/lferc.js"), "init", "--from", "lfer.tgz"], { cwd });
  const yaml = readFileSync(join(cwd, ".github/workflows/lfer.yml"), "utf8");
  const [, from] = /^ {2}LFER: "(.*)"$/m.exec(yaml);
  const [, install] = /- name: lferc\n +run: \|\n((?: {10}.*\n)+)/.exec(yaml);
  const github = { ...env, LFER: from, GITHUB_WORKSPACE: cwd, RUNNER_TEMP: join(cwd, "runner") };
  run("bash", ["-e", "-c", install], { cwd, env: { ...github, GITHUB_PATH: join(cwd, "path") } });
  const path = [readFileSync(join(cwd, "path"), "utf8").trim(), process.env.PATH].join(delimiter);
  for (const [, step] of yaml.matchAll(/^ +run: (lferc .*)$/gm)) {
    run("bash", ["-e", "-c", step], { cwd, env: { ...github, PATH: path, MODELS: "." } });
  }
}

/** Programs find the library and its types, with any module resolution. */
function programs({ cwd }) {
  writeFileSync(
    join(cwd, "use.ts"),
    `import { type Compilation, compile, load, memoryHost, type Stats, statsOf } from "lfer";
import { expectNoDiagnostics } from "lfer/testing";
const text = ${JSON.stringify(text)};
const made: Compilation = compile(await load(memoryHost({ "m.lfer": text }), "m.lfer"));
expectNoDiagnostics(text, made.diagnostics);
const graph = made.models[0]?.graph;
if (graph === undefined) throw new Error("no model");
const stats = statsOf(graph);
if (!("params" in stats)) throw new Error("no stats");
const params: Stats["params"]["total"] = stats.params.total;
// @ts-expect-error: types are there, and are not any
const wrong: string = params;
if (params !== 259) throw new Error(\`\${params} parameters\${wrong === "" ? "" : ""}\`);
`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const common = ["--strict", "--target", "es2023", "--types", "", "--noEmit"];
  run(process.execPath, [tsc, ...common, "--module", "nodenext", "use.ts"], { cwd });
  run(process.execPath, [tsc, ...common, "--module", "esnext", "--moduleResolution", "bundler", "use.ts"], { cwd });
  run(process.execPath, [tsc, "--strict", "--target", "es2023", "--types", "", "--module", "nodenext", "use.ts"], {
    cwd,
  });
  run(process.execPath, ["use.js"], { cwd });
  run(process.execPath, ["library.mjs"], { cwd: join(cwd, "node_modules/lfer/examples") });
}

const tarball = pack();
const npms = { 10: npmOf(10), 11: npmOf(11) };

const whole = project("whole", tarball, { flags: ["--ignore-scripts"], env: npms[10] });
assert.ok(whole.has("onnxruntime-node") && whole.has("sharp"));
plainCommands(whole);
console.log("with no install script run: builds are proven in ONNX Runtime");

await neverAStrangers(npms, [whole.cwd, root]);
console.log("`npx --no lferc` runs ours, and nobody's where ours is not installed");

workflow(tarball, npms[10]);
console.log("the workflow of `lferc init --from lfer.tgz` installs this tarball and passes");

const bare = project("bare", tarball, { flags: ["--omit=optional"], env: npms[10] });
assert.ok(!bare.has("onnxruntime-node") && !bare.has("sharp"));
programs(bare);
plainCommands(bare);
console.log("without optional dependencies: check, stats, fmt, build and the library work");

for (const [version, npm] of Object.entries(npms)) {
  // The script takes its proxy from here, npm does not: the package is downloaded, its script's download fails, and npm skips it.
  const env = { ...npm, GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" };
  const failing = project(`failing-${version}`, tarball, { env });
  // On other systems the script has nothing to download.
  if (process.platform === "linux" && process.arch === "x64") {
    assert.ok(!failing.has("onnxruntime-node"), "its script did not fail: nothing was tried");
    plainCommands(failing);
    // Which npm installed the package makes no difference to what runs from then on: the slow way is taken once.
    if (version === "10") learns(failing, "slow");
    bringsRuntime(failing);
  }
  if (version === "11") learns(failing, "fast");
  console.log(
    `npm ${version}, with onnxruntime-node's script failing: commands work, and onnxruntime-node comes later`,
  );
}
console.log("the tour, train and predict work without onnxruntime-node and, after it came, with it");
