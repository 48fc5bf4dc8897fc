/** The output of `lferc info` about the machine and each engine. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { engineStates } from "../../src/cli/engine-states.js";
import { type Info, infoLines } from "../../src/cli/info.command.js";
import { isProblem, type Problem, problem } from "../../src/diagnostics/diagnostic.js";
import { wrapLines } from "../../src/diagnostics/wrap-text.js";
import type { Found } from "../../src/engines/engine.js";
import { type EngineEntry, engines } from "../../src/engines/registry.js";
import { version } from "../../src/version.js";
import { root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { stillEngine } from "../training/still-run.js";

/** An engine with this state. */
const saying = (name: string, found: Found | Problem, needs = ""): EngineEntry => ({
  name,
  summary: "",
  load: async () => ({ ...stillEngine(), name, needs, found: async () => found }),
});

const standIns: readonly EngineEntry[] = [
  saying("cpu", { version: "1.2.3", device: "CPU", threads: 4 }),
  saying("single", { version: "1.2.3", device: "CPU, WebAssembly", threads: 1 }),
  saying("gpu", { version: "4.0.0", device: "NVIDIA GPU, by CUDA" }),
  saying("missing", problem("engine/no-webgpu", { reason: "no adapter" }), "npm install missing@4.22.0"),
  saying("long", problem("engine/no-cuda", { reason: "no library" }), `npm install ${"x".repeat(60)}`),
];

const machine = {
  lferc: "0.1.0",
  node: "20.0.0",
  platform: "linux",
  architecture: "x64",
  cores: 2,
  sharp: null,
  docs: "node_modules/lfer/docs",
};

const wide = (text: string): readonly string[] => text.split("\n").filter((line) => line.length > 80);

suite("lferc info", (test) => {
  test("a line for each engine, found or not, in each state", async () => {
    const text = infoLines({ schemaVersion: 1, ...machine, engines: await engineStates(standIns) });
    assert.is(
      wrapLines(text, 80),
      `lferc          0.1.0
node           20.0.0    linux x64, 2 cores
sharp          not here  npm install sharp
cpu            1.2.3     CPU, 4 threads
single         1.2.3     CPU, WebAssembly, 1 thread
gpu            4.0.0     NVIDIA GPU, by CUDA
missing        not here  npm install missing@4.22.0
long           not here
  npm install ${"x".repeat(60)}
docs           node_modules/lfer/docs
`,
    );
    assert.is(text.split("\n").at(-3), `long           not here  npm install ${"x".repeat(60)}`);
    const [, , found] = infoLines({ schemaVersion: 1, ...machine, sharp: "0.35.5", engines: [] }).split("\n");
    assert.is(found, "sharp          0.35.5    decodes pictures");
  });

  test("of one that is not here also why, in JSON", async () => {
    const [, , gpu, missing] = await engineStates(standIns);
    assert.equal(gpu, { name: "gpu", found: true, version: "4.0.0", device: "NVIDIA GPU, by CUDA" });
    const { message, help } = problem("engine/no-webgpu", { reason: "no adapter" }).diagnose({});
    const needs = "npm install missing@4.22.0";
    assert.equal(missing, { name: "missing", found: false, needs, code: "engine/no-webgpu", message, help });
  });

  test("what it says of this machine is what the engines find on it", async () => {
    const asText = runLferc(["info"]);
    assert.equal([asText.code, asText.stderr, wide(wrapLines(asText.stdout, 80))], [0, "", []]);
    const asJson = runLferc(["info", "--format", "json"]);
    assert.equal([asJson.code, asJson.stderr], [0, ""]);
    const said = JSON.parse(asJson.stdout) as Info;
    assert.is(asText.stdout, infoLines({ ...said, docs: "docs" }));
    assert.is(said.docs, join(root, "docs"));
    assert.equal([said.lferc, said.node, said.cores], [version, process.versions.node, availableParallelism()]);
    assert.equal(
      said.engines.map(({ name }) => name),
      engines.map(({ name }) => name),
    );
    for (const [i, { load }] of engines.entries()) {
      const found = await (await load()).found();
      assert.is(said.engines[i]?.found, !isProblem(found), said.engines[i]?.name);
    }
  });
});
