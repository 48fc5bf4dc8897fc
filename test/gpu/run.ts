/**
 * For machines with a GPU: compares the engines on it with float64, and times a step of LFER-LDL, also in PyTorch if there is one with
 * CUDA. Takes at most four minutes; prints one table to send back:
 *   node --import tsx test/gpu/run.ts [--python PYTHON] [--engines tfjs-node-gpu,ort-cuda,ort-webgpu]
 * An unavailable engine is a line of the table with the reason. Each engine has its own process with a time limit, so that one that
 * hangs or crashes is a line too.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, RunningStep } from "../../src/engines/engine.js";
import { findEngine } from "../../src/engines/registry.js";
import type { Graph } from "../../src/ir/graph.js";
import { judge, reference, runOnce } from "../engines/step-comparison.js";
import { modelStep, smallStep, stepFeed } from "../engines/step-networks.js";

const { values: options } = parseArgs({
  options: {
    engines: { type: "string", default: "tfjs-node-gpu,ort-cuda,ort-webgpu" },
    python: { type: "string" },
    size: { type: "string", default: "112" },
    batch: { type: "string", default: "32" },
    /** In the separate process: the engine to try. */
    only: { type: "string" },
  },
});

/** Three engines and two of PyTorch: within four minutes. */
const limitMs = 45_000;
const timedMs = 10_000;

interface Row {
  readonly name: string;
  readonly device: string;
  /** || a - b || / || b || of gradients and state against float64, the smaller one of two seeds: a ReLU may flip. */
  readonly gradients: string;
  readonly state: string;
  readonly ms: string;
}

const row = (name: string, device: string, rest: Partial<Row> = {}): Row => ({
  ...{ name, device, gradients: "", state: "", ms: "" },
  ...rest,
});

function must<T extends object>(made: T | Problem): T {
  if (!isProblem(made)) return made;
  throw new Error(made.diagnose({}).message);
}

const start = async (engine: Engine, step: Graph, seed: number): Promise<RunningStep> =>
  must(await engine.create(step, { state: stepFeed(step, seed).state }));

async function agreement(engine: Engine): Promise<Partial<Row>> {
  const least = { gradients: Number.POSITIVE_INFINITY, state: Number.POSITIVE_INFINITY };
  for (const name of ["stem", "shuffle units", "quadrants"]) {
    const step = await smallStep(name, 4);
    const own = { gradients: Number.POSITIVE_INFINITY, state: Number.POSITIVE_INFINITY };
    for (const seed of [1, 2]) {
      const feed = stepFeed(step, seed);
      const found = judge(await runOnce(await start(engine, step, seed), feed.batch), reference(step, feed));
      own.gradients = Math.min(own.gradients, found.gradients);
      own.state = Math.min(own.state, found.state);
    }
    // The worst network counts.
    if (!Number.isFinite(least.gradients) || own.gradients > least.gradients) least.gradients = own.gradients;
    if (!Number.isFinite(least.state) || own.state > least.state) least.state = own.state;
  }
  return { gradients: least.gradients.toExponential(1), state: least.state.toExponential(1) };
}

async function speed(engine: Engine): Promise<string> {
  const folder = new URL("../../models/", import.meta.url);
  const models = { "lfer_ldl.lfer": readFileSync(new URL("lfer_ldl.lfer", folder), "utf8") };
  const step = await modelStep(models, "lfer_ldl.lfer", "LferLdl", Number(options.size), Number(options.batch));
  // Weights that are not fitted to the network: only the time matters.
  const { batch, state } = stepFeed({ ...step, nodes: [] }, 1);
  const running = must(await engine.create(step, { state }));
  return median(async () => void (await running.run(batch)));
}

/** The minimum and median of as many steps as fit in the time. */
async function median(work: () => Promise<void>): Promise<string> {
  for (let i = 0; i < 3; i++) await work();
  const times: number[] = [];
  for (const until = performance.now() + timedMs; performance.now() < until || times.length < 3; ) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return `${times[0]?.toFixed(1)} / ${times[times.length >> 1]?.toFixed(1)} (${times.length})`;
}

async function tryEngine(name: string): Promise<Row> {
  const engine = await must(findEngine(name)).load();
  const { version, device } = must(await engine.found());
  const agreed = await agreement(engine);
  const found = row(name, `${version}, ${device}`, agreed);
  // Printed early, in case the rest takes too long.
  console.log(JSON.stringify(found));
  return { ...found, ms: await speed(engine) };
}

/** The last line of JSON printed by a process within this time; otherwise its last output. */
function inOwnProcess(name: string, file: string, args: readonly string[], env = process.env): Promise<string> {
  const child = spawn(file, [...args], {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
    env,
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  return new Promise((resolve) => {
    child.on("error", ({ message }) => resolve(JSON.stringify(row(name, message))));
    child.on("close", (code, signal) => {
      const lines = said.out.split("\n").filter((line) => line.startsWith("{"));
      const reason = said.err.trim().split("\n").at(-1) || `ended with ${signal ?? code}`;
      if (code !== 0) console.error(`${name}: ended with ${signal ?? code}\n${said.err}`);
      resolve(lines.at(-1) ?? JSON.stringify(row(name, `no: ${reason}`)));
    });
  });
}

const torchScript = `
import json, runpy, sys, time
import torch
peers, kind, size, batch = sys.argv[1:]
step = runpy.run_path(peers)["make_step"](kind, "LferLdl", int(size), int(batch), "cuda")
for _ in range(5): step()
times, end = [], time.perf_counter() + 10
while time.perf_counter() < end:
    start = time.perf_counter(); step(); times.append((time.perf_counter() - start) * 1000)
times.sort()
said = f"{times[0]:.1f} / {times[len(times) // 2]:.1f} ({len(times)})"
device = f"{torch.__version__}, {torch.cuda.get_device_name()}"
print(json.dumps({"name": f"PyTorch, {kind}", "device": device, "gradients": "", "state": "", "ms": said}))`;

async function main(): Promise<void> {
  const rows: Row[] = [];
  const self = fileURLToPath(import.meta.url);
  const sizes = ["--size", options.size, "--batch", options.batch];
  for (const name of options.engines.split(",")) {
    const args = [...process.execArgv, self, "--only", name, ...sizes];
    rows.push(JSON.parse(await inOwnProcess(name, process.execPath, args)) as Row);
  }
  const peers = fileURLToPath(new URL("../../bench/peers/torch_training_step.py", import.meta.url));
  for (const kind of options.python === undefined ? [] : ["channels_last", "compile"]) {
    const args = ["-c", torchScript, peers, kind, options.size, options.batch];
    rows.push(JSON.parse(await inOwnProcess(`PyTorch, ${kind}`, options.python as string, args)) as Row);
  }
  console.log(`\nlfer on ${process.platform} ${process.arch}, Node ${process.versions.node}`);
  console.log(`LFER-LDL, ${options.size} pixels, batch ${options.batch}\n`);
  console.log("| engine | version, device | gradients | state | ms a step: min / median (steps) |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, device, gradients, state, ms } of rows) {
    console.log(`| ${name} | ${device.replaceAll("|", "/")} | ${gradients} | ${state} | ${ms} |`);
  }
}

if (options.only === undefined) await main();
else {
  const said = await tryEngine(options.only).catch(({ message }: Error) => row(options.only ?? "", `no: ${message}`));
  console.log(JSON.stringify(said));
  process.exit(0);
}
