// How lferc starts: compiled code if it matches, otherwise the same sources as modules; and only what a command needs.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import * as assert from "uvu/assert";
// @ts-expect-error: the build is plain JavaScript
import { noExplanations } from "../../tools/lazy-explanations.mjs";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const folder = `.cache/compiled-${process.pid}`;
process.once("exit", () => rmSync(join(root, folder), { recursive: true, force: true }));
const built = spawnSync(process.execPath, ["tools/build.mjs", folder, "--compiled"], { cwd: root, encoding: "utf8" });
const cache = `lferc-${process.version}-${process.platform}-${process.arch}.cache`;
const model = join(root, "examples/faces.lfer");

interface Started {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The modules of dist that were loaded, by name. */
  readonly scripts: readonly string[];
  /** Whether a module of TensorFlow.js was loaded. */
  readonly hasTfjs: boolean;
}

const listing = (dist: string): readonly string[] =>
  (readdirSync(dist, { recursive: true }) as string[]).map((name) => {
    const { size, mtimeMs } = statSync(join(dist, name));
    return `${name} ${size} ${mtimeMs}`;
  });

/** Runs a copy of dist modified by `change`, returns what was loaded, and checks that nothing was written there. */
function start(change: (chunks: string) => void, args: readonly string[], flags: readonly string[] = []) {
  return inFolder({}, (scratch): Started => {
    const dist = join(scratch, "dist");
    cpSync(join(root, folder), dist, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
    change(join(dist, "chunks"));
    const before = listing(dist);
    const told = join(scratch, "told");
    mkdirSync(told);
    const { FORCE_COLOR: _, NODE_OPTIONS: __, ...inherited } = process.env;
    // V8's coverage names every module that was loaded.
    const env = { ...inherited, NO_COLOR: "1", NODE_V8_COVERAGE: told };
    const ran = spawnSync(process.execPath, [...flags, join(dist, "lferc.js"), ...args], {
      cwd: scratch,
      env,
      encoding: "utf8",
    });
    assert.equal(listing(dist), before);
    const texts = readdirSync(told).map((name) => readFileSync(join(told, name), "utf8"));
    const urls = texts.flatMap((text) =>
      (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
    );
    // The program of commands that need nothing else is a script, no module: only Node 24 lists it too.
    const scripts = urls
      .filter((url) => url.includes("/dist/") && !url.endsWith("/lferc.cjs"))
      .map((url) => basename(url));
    const hasTfjs = urls.some((url) => url.includes("/node_modules/@tensorflow/"));
    return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr, scripts, hasTfjs };
  });
}

const startedAsBuilt = new Map<string, Promise<Started>>();
/** As it was built: once for the same arguments. */
function startAsBuilt(args: readonly string[]): Promise<Started> {
  const key = JSON.stringify(args);
  const started = startedAsBuilt.get(key) ?? start(nothing, args);
  startedAsBuilt.set(key, started);
  return started;
}

const hasModules = ({ scripts }: Started): boolean => scripts.some((name) => name.startsWith("stats.command-"));

const nothing = (): void => undefined;
const change =
  (to: (bytes: Buffer) => Uint8Array) =>
  (chunks: string): void => {
    const path = join(chunks, cache);
    writeFileSync(path, to(readFileSync(path)));
  };

const unusable: Readonly<Record<string, (chunks: string) => void>> = {
  "is missing": (chunks) => rmSync(join(chunks, cache)),
  "is empty": change(() => new Uint8Array()),
  "is cut short": change((bytes) => bytes.subarray(0, bytes.length >> 1)),
  "is longer": change((bytes) => Buffer.concat([bytes, bytes])),
  // V8 itself accepts this, and crashes or executes something else than the source.
  "has one bit changed in its middle": change((bytes) => {
    const changed = Buffer.from(bytes);
    changed[bytes.length >> 1] = (changed[bytes.length >> 1] ?? 0) ^ 1;
    return changed;
  }),
  "is a folder": (chunks) => {
    rmSync(join(chunks, cache));
    mkdirSync(join(chunks, cache));
  },
};

suite("compiled code", (test) => {
  test("is made with the package", () => assert.is(built.status, 0, built.stderr));

  test("is run where it fits, and no module beside it", async () => {
    const { code, scripts, stdout } = await startAsBuilt(["stats", model]);
    assert.is(code, 0);
    assert.match(stdout, /total/);
    assert.equal(scripts, ["lferc.js"]);
  });

  for (const args of [
    ["check", model],
    ["check", model, "--bogus"],
    ["stats", "--help"],
    ["build", model, "--no-verify", "-o", "-"],
  ]) {
    test(`says what the modules say: ${args.map((arg) => basename(arg)).join(" ")}`, async () => {
      const [one, other] = [await startAsBuilt(args), await start((chunks) => rmSync(join(chunks, cache)), args)];
      assert.equal([one.code, one.stdout, one.stderr], [other.code, other.stdout, other.stderr]);
      assert.equal(one.scripts, ["lferc.js"]);
      assert.ok(other.scripts.length > 1);
    });
  }

  for (const [how, changed] of Object.entries(unusable)) {
    test(`that ${how} is left alone: modules say the same`, async () => {
      const [one, other] = [await startAsBuilt(["stats", model]), await start(changed, ["stats", model])];
      assert.equal([other.code, other.stdout, other.stderr], [one.code, one.stdout, one.stderr]);
      assert.ok(hasModules(other));
    });
  }

  test("of other flags is left alone", async () => {
    const started = await start(nothing, ["stats", model], ["--no-opt"]);
    assert.is(started.code, 0);
    assert.match(started.stdout, /total/);
    assert.ok(hasModules(started));
  });

  test("is left alone by commands that load something from outside of it", async () => {
    const info = await startAsBuilt(["info"]);
    assert.ok(info.scripts.some((name) => name.startsWith("info.command-")));
    assert.is(info.code, 0, info.stderr);
    const explained = await startAsBuilt(["explain", "shape/not-divisible"]);
    assert.is(explained.code, 0, explained.stderr);
    assert.match(explained.stdout, /lfer 1/);
    assert.not.match(info.stdout, /import callback/);
  });
});

/** The sources that an entry point loads at once, without lazy ones, and their bytes. */
async function sourcesOf(entry: string) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "node",
    external: ["onnxruntime-node", "sharp"],
    splitting: true,
    outdir: "unwritten",
    metafile: true,
    logLevel: "silent",
    plugins: [noExplanations],
  });
  const { outputs } = metafile;
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry) ?? "";
  const seen = new Set([first]);
  for (const path of seen) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && outputs[next] !== undefined) seen.add(next);
    }
  }
  const inputs = [...seen].flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  const files = inputs.map(([file]) => file);
  // More ops and more messages mean more bytes: each contains everything about it. Of messages, the explanations and examples do
  // not count, which stay uncompiled functions. The rest has no reason to grow with them.
  const bytesBelow = (folder: string): number =>
    inputs.reduce((sum, [file, { bytesInOutput }]) => (file.startsWith(folder) ? sum + bytesInOutput : sum), 0);
  const [ops, messages] = [bytesBelow("src/ops/"), bytesBelow("src/diagnostics/catalogue")];
  return { files, bytes: { ops, messages, other: bytesBelow("") - ops - messages } };
}

suite("modules", (test) => {
  // Code that searches folders needs the names of a run's files.
  const foreign =
    /^src\/(?:training\/(?!run-files)|(?:engines|studies|report|data|judging|deploy|weights|targets|autodiff|step|reference)\/)/;
  for (const entry of ["src/cli/stats.command.ts", "src/cli/check.command.ts", "src/cli/compile-file.ts"]) {
    test(`${basename(entry)} loads nothing of other commands, nor yargs`, async () => {
      const { files, bytes } = await sourcesOf(entry);
      assert.ok(files.includes(entry));
      assert.equal(
        files.filter((file) => foreign.test(file) || /node_modules\/(?!chevrotain|@chevrotain|lodash-es)/.test(file)),
        [],
      );
      const isWithin = bytes.ops < 192_000 && bytes.messages < 155_000 && bytes.other < 432_000;
      assert.ok(isWithin, JSON.stringify(bytes));
    });
  }
});

suite("TensorFlow.js", (test) => {
  const build = (...args: readonly string[]) => ["build", model, "--model", "SmallFaces", ...args];
  const without: Readonly<Record<string, readonly string[]>> = {
    "--help": ["--help"],
    stats: ["stats", model],
    check: ["check", model],
    "build --target onnx": build("--target", "onnx", "-o", "-"),
    "build --target tfjs --no-verify": build("--target", "tfjs", "--no-verify", "-o", "m"),
  };
  for (const [title, args] of Object.entries(without)) {
    test(`is not loaded by ${title}`, async () => {
      const { code, stderr, hasTfjs } = await startAsBuilt(args);
      assert.equal([code, hasTfjs], [0, false], stderr);
    });
  }

  test("is loaded for the proof of a model for it", async () => {
    const { code, stderr, hasTfjs } = await startAsBuilt(build("--target", "tfjs", "-o", "m"));
    assert.equal([code, hasTfjs], [0, true], stderr);
  });
});
