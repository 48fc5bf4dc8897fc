// The package as a user installs it: `node test/package/check.mjs FOLDER` packs it into the folder and installs the tarball in
// empty projects there: whole, without what is optional, and where the download of onnxruntime-node comes to nothing.
// Needs a package registry. Not part of `npm test`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = resolve(process.argv[2] ?? "");
assert.ok(process.argv[2] !== undefined, "usage: node test/package/check.mjs FOLDER");

function run(command, args, { cwd, env = {}, code = 0 } = {}) {
  const ran = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...env } });
  assert.equal(ran.status, code, `${command} ${args.join(" ")}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** What is in the tarball: what was meant to be, and nothing else. */
function pack() {
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", scratch], { cwd: root }).stdout);
  const paths = packed.files.map(({ path }) => path);
  const meant =
    /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/|models\/[\w-]+\.lfer$|examples\/[\w-]+\.(lfer|mjs)$|grammar\/)/;
  assert.deepEqual(
    paths.filter((path) => !meant.test(path)),
    [],
  );
  assert.deepEqual(
    paths.filter((path) => /\.test\.|fixture|golden|\.map$|\.tsx?$/.test(path) && !path.endsWith(".d.ts")),
    [],
  );
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "dist/lferc.js", "dist/index.js", "dist/testing.js"]) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  assert.ok(paths.includes("dist/types/index.d.ts") && paths.includes("dist/third-party-licences.txt"));
  for (const model of readdirSync(join(root, "models"))) assert.ok(paths.includes(`models/${model}`), model);
  console.log(`${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked, ${paths.length} files`);
  assert.ok(packed.size < 2_000_000, "what made it so large?");
  return join(scratch, packed.filename);
}

const text = `lfer 1

model Tiny {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(8, stride: 2) -> batch_norm -> relu -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}
`;

/** A user's project, with the tarball installed; lferc is the one that npm put there. */
function project(name, tarball, { flags = [], env = {} } = {}) {
  const cwd = join(scratch, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  writeFileSync(join(cwd, "tiny.lfer"), text);
  // Of onnxruntime-node's own script we can only say that it may be left out: of ours there must be none.
  const { stderr } = run("npm", ["install", ...flags, tarball], { cwd, env });
  assert.doesNotMatch(stderr, /lfer@|deprecated|EBADENGINE|vulnerab/i);
  const lferc = (args, code = 0) => run("npx", ["--no-install", "lferc", ...args], { cwd, code });
  return { cwd, lferc, has: (dependency) => readdirSync(join(cwd, "node_modules")).includes(dependency) };
}

/** What works wherever Node does. */
function plainCommands({ cwd, lferc }, isProven) {
  lferc(["check", "tiny.lfer"]);
  lferc(["check", "node_modules/lfer/models", "node_modules/lfer/examples"]);
  lferc(["fmt", "--check", "tiny.lfer"]);
  assert.match(lferc(["stats", "tiny.lfer"]).stdout, /total/);
  const built = lferc(["build", "tiny.lfer", "-o", "tiny.onnx"]).stderr;
  if (isProven) assert.match(built, /in ONNX Runtime \d/);
  else assert.match(built, /only the graph was verified, not the file: onnxruntime-node cannot be loaded/);
  lferc(["build", "tiny.lfer", "-o", "quick.onnx", "--no-verify"]);
  assert.deepEqual(readFileSync(join(cwd, "quick.onnx")), readFileSync(join(cwd, "tiny.onnx")));
}

/** Without ONNX Runtime, what needs it says what to install. */
function asksForRuntime({ lferc }) {
  const commands = [
    ["predict", "tiny.onnx", "photo.png"],
    ["bench", "tiny.onnx"],
    ["train", "node_modules/lfer/examples/faces.lfer", "--recipe", "Faces", "--data", "generated"],
  ];
  for (const args of commands) assert.match(lferc(args, 1).stderr, /npm install onnxruntime-node/, args.join(" "));
}

/** Programs see the library and its types, whichever way their compiler finds modules. */
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

const bare = project("bare", tarball, { flags: ["--omit=optional"] });
assert.ok(!bare.has("onnxruntime-node") && !bare.has("sharp"));
plainCommands(bare, false);
asksForRuntime(bare);
programs(bare);
console.log(
  "without optional dependencies: check, stats, fmt, build and the library work; predict, bench and train say what to install",
);

// Its script takes its proxy from here, npm does not: the package comes, its download fails, and npm goes on without it.
const blocked = project("blocked", tarball, { env: { GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" } });
plainCommands(blocked, blocked.has("onnxruntime-node"));
if (!blocked.has("onnxruntime-node")) asksForRuntime(blocked);
console.log(
  `with onnxruntime-node's download blocked: installed ${blocked.has("onnxruntime-node") ? "with" : "without"} it, the same works`,
);

const whole = project("whole", tarball, { flags: ["--ignore-scripts"] });
assert.ok(whole.has("onnxruntime-node"));
plainCommands(whole, true);
console.log("with no install script run: builds are proven in ONNX Runtime");
