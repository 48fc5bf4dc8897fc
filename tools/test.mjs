// Runs the uvu suites on all cores: `npm test`, or `npm test -- semantics` for the files whose path contains it. Each worker
// (tools/test-worker.mjs) takes one file after another; the output of a file is printed when it is finished.
// LFER_TEST_CPU=1 tells the CPU time of each file, that of the processes that it starts included, where Linux tells it.
import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuSeconds } from "./cpu-seconds.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [only = ""] = process.argv.slice(2);
// `cli/train`, `cli/train.test` and `cli/train.test.ts` mean the same.
const pattern = new RegExp(`(?:${only.replace(/\.test(\.ts)?$/, "")}).*\\.test\\.ts$`);

/** Files that take ten seconds or more: they begin first, so that no worker is left alone with one at the end. */
const longest = [
  "diagnostics/examples.test.ts",
  "semantics/limits.test.ts",
  "cli/without-native.test.ts",
  "cli/tour.test.ts",
  "engines/ort.test.ts",
  "training/run-faults.test.ts",
  "cli/hostile-names.test.ts",
  "cli/train-folders.test.ts",
  "cli/sweep.test.ts",
  "engines/rewrites.test.ts",
  "cli/train.test.ts",
  "cli/train-parts.test.ts",
  "cli/lferc.test.ts",
  "cli/start-up.test.ts",
  "engines/ort-wasm.test.ts",
  "cli/bench.test.ts",
  "house/command-doers.test.ts",
  "autodiff/networks.test.ts",
  "ops/gradients.test.ts",
  "semantics/fuzz.test.ts",
  "peers/torchvision.test.ts",
  "syntax/limits.test.ts",
  "cli/init.test.ts",
  "training/course.test.ts",
];

const urgency = (file) => (longest.includes(file) ? longest.indexOf(file) : longest.length);

const files = readdirSync(new URL("../test", import.meta.url), { recursive: true })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => pattern.test(file))
  .sort((a, b) => urgency(a) - urgency(b) || (a < b ? -1 : 1));
if (files.length === 0) {
  console.error(`no test file of test/ matches ${pattern}`);
  process.exit(1);
}

/** Printed by a worker before a file's results. */
const endOfFile = "\0";

const started = performance.now();
const sums = { total: 0, passed: 0, skipped: 0 };
/** The file, the suite and the title of each test that failed. */
const failed = [];
/** Seconds of each file. */
const times = [];
/** Whether the time that counts is the CPU's, with that of all started processes: it is the same on a busy machine. */
const ofCpu = process.env.LFER_TEST_CPU === "1";
let isGreen = true;

/** Runs one worker until no file is left; if it dies, another takes over. */
function work() {
  return new Promise((resolve) => {
    const worker = fork(new URL("test-worker.mjs", import.meta.url), {
      cwd: root,
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let file;
    let said = "";
    let begun = 0;
    const now = () => (ofCpu ? (cpuSeconds(worker.pid) ?? 0) : performance.now() / 1000);
    const next = () => {
      file = files.shift();
      said = "";
      begun = now();
      if (file === undefined) worker.disconnect();
      else worker.send(file);
    };
    worker.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    worker.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      // Results are sent through stdout, because a message could overtake the output.
      const [words, sumsOfFile] = said.split(endOfFile);
      if (sumsOfFile === undefined || !sumsOfFile.endsWith("\n")) return;
      const { total, passed, skipped, failed: names } = JSON.parse(sumsOfFile);
      failed.push(...names.map((name) => `${file}: ${name}`));
      process.stdout.write(`${file}\n${words}\n`);
      const took = now() - begun;
      times.push([file, took]);
      if (ofCpu) console.log(`  CPU:       ${took.toFixed(1)} s  ${file}\n`);
      sums.total += total;
      sums.passed += passed;
      sums.skipped += skipped;
      if (passed < total) isGreen = false;
      next();
    });
    worker.on("exit", async (code, signal) => {
      if (file === undefined) return resolve();
      // The file counts as one failed test: its earlier results are unknown.
      isGreen = false;
      sums.total++;
      // Its last output may still be in the pipe, which one of its child processes may keep open for longer.
      await setTimeout(200);
      const how = `its worker ended with ${signal ?? code} before its tests did`;
      process.stdout.write(`${file}\n${said}\n  FAIL  ${file}: ${how}\n\n`);
      failed.push(`${file}: ${how}`);
      await work();
      resolve();
    });
    next();
  });
}

const workers = Math.min(availableParallelism(), files.length);
await Promise.all(Array.from({ length: workers }, work));
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`  Total:     ${sums.total}\n  Passed:    ${sums.passed}\n  Skipped:   ${sums.skipped}`);
console.log(`  Duration:  ${seconds} s in ${workers} processes`);
if (ofCpu) console.log(`  CPU:       ${times.reduce((sum, [, took]) => sum + took, 0).toFixed(1)} s`);
if (times.length > 100) {
  const slowest = times.toSorted(([, one], [, other]) => other - one).slice(0, 10);
  console.log(
    `  Slowest:\n${slowest.map(([file, took]) => `    ${took.toFixed(1).padStart(5)} s  ${file}`).join("\n")}`,
  );
}
if (failed.length > 0) console.log(`  Failed:\n${failed.map((each) => `    ${each}`).join("\n")}`);
console.log("");
process.exit(isGreen ? 0 : 1);
