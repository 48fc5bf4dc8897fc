/**
 * Verifies promises 3 and 4 of docs/threat-model.md on the process: lferc writes only where the command line says, and opens no
 * connection. Every command runs under strace, from dist/, with its own home and temporary folder. A step of .ci/run, not of
 * `npm test`: it needs strace, and some minutes.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { suite } from "../support/suite.js";
import { type Scenario, type Step, scenarios } from "./scenarios.js";
import { type Call, type Traced, trace } from "./trace.js";

const lferc = fileURLToPath(new URL("../../dist/lferc.js", import.meta.url));

/** The folders of one scenario. */
interface Place {
  readonly home: string;
  readonly temporary: string;
  readonly cwd: string;
  readonly logs: string;
}

const names = commands.map(({ name }) => name);
const all = await scenarios(names);

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Files and folders below a folder, with what changes when they are written. */
function listing(folder: string): ReadonlyMap<string, string> {
  return new Map(
    (readdirSync(folder, { recursive: true }) as string[]).map((name) => {
      const { mtimeMs, size, ino, isDirectory } = lstat(join(folder, name));
      return [join(folder, name), isDirectory ? "folder" : `${ino} ${size} ${mtimeMs}`];
    }),
  );
}

function lstat(path: string) {
  const found = statSync(path, { throwIfNoEntry: false });
  const { mtimeMs = 0, size = 0, ino = 0 } = found ?? {};
  return { mtimeMs, size, ino, isDirectory: found?.isDirectory() ?? false };
}

/** Whether a step was asked to write a path: the file, its temporary name, or something in the folder. */
function isAskedFor(path: string, { writes = [], temporary }: Step, place: Place): boolean {
  const asked = writes.map((name) => join(place.cwd, name));
  if (asked.some((wanted) => isBelow(path, wanted))) return true;
  // A folder is also made beside its place, with all its contents.
  const beside = asked.some((wanted) => {
    const [name = ""] = path.slice(dirname(wanted).length + 1).split("/");
    return isBelow(path, dirname(wanted)) && name.startsWith(`.${basename(wanted)}.`) && name.endsWith(".tmp");
  });
  if (beside) return true;
  const below = path.slice(place.temporary.length + 1);
  return temporary !== undefined && isBelow(path, place.temporary) && below.startsWith(temporary);
}

/** Devices: writing to them stores nothing. */
const isDevice = (path: string): boolean => path.startsWith("/dev/") && !path.startsWith("/dev/shm");

/** The unrequested effects of a call. */
function isForbidden({ kind, paths, text }: Call, step: Step, place: Place): boolean {
  if (kind === "socket") return true;
  // An existing folder is created again when a tree is made.
  if (text.startsWith("mkdir") && text.includes("EEXIST")) return false;
  return paths.length === 0 || paths.some((path) => !isDevice(path) && !isAskedFor(path, step, place));
}

async function runStep(step: Step, place: Place, index: number): Promise<Traced> {
  const { args, script, input, stop } = step;
  return trace({
    command: [process.execPath, script === undefined ? lferc : join(place.cwd, script), ...args],
    cwd: place.cwd,
    log: join(place.logs, String(index)),
    input,
    stop,
    // Without CI and similar variables, with which ONNX Runtime sends nothing; without XDG folders.
    env: {
      PATH: process.env.PATH ?? "",
      HOME: place.home,
      TMPDIR: place.temporary,
      NO_COLOR: "1",
    },
  });
}

/** Whether ONNX Runtime printed a line of its own: `ESC[0;93m2026-11-29 12:00:00.1 [W:onnxruntime:...`. */
const isLoud = (text: string): boolean => /\[[VIWEF]:onnxruntime/.test(text) || text.includes("\u001b");

/** The problems of a step, in lines. */
async function faultsOf(step: Step, place: Place, index: number): Promise<readonly string[]> {
  const folders = [place.home, place.temporary, place.cwd];
  const before = new Map(folders.flatMap((folder) => [...listing(folder)]));
  const { calls, code, stdout, stderr } = await runStep(step, place, index);
  const after = new Map(folders.flatMap((folder) => [...listing(folder)]));

  const faults: string[] = [];
  const expected = step.code ?? 0;
  if (code !== expected)
    faults.push(`it ended with ${code}, not ${expected}:\n${stdout.slice(-500)}${stderr.slice(-1500)}`);
  for (const call of calls) if (isForbidden(call, step, place)) faults.push(`it did: ${call.text.slice(0, 300)}`);
  for (const [path, state] of after) {
    if (before.get(path) === state) continue;
    const mayStay = !isBelow(path, place.temporary) || step.keepsTemporary === true;
    if (!mayStay || !isAskedFor(path, step, place)) faults.push(`it left: ${path}`);
  }
  for (const path of before.keys())
    if (!after.has(path) && !isAskedFor(path, step, place)) faults.push(`it removed: ${path}`);
  for (const name of step.writes ?? []) if (!after.has(join(place.cwd, name))) faults.push(`it did not write ${name}`);
  if (isLoud(stdout + stderr)) faults.push(`ONNX Runtime's own lines: ${stderr.slice(-500)}`);
  return faults;
}

async function inPlace<T>(body: (place: Place) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lfer-process-")));
  const at = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  try {
    return await body({ home: at("home"), temporary: at("tmp"), cwd: at("here"), logs: at("logs") });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play({ files = {}, steps }: Scenario): Promise<void> {
  await inPlace(async (place) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(place.cwd, path)), { recursive: true });
      writeFileSync(join(place.cwd, path), content);
    }
    const faults: string[] = [];
    for (const [index, step] of steps.entries()) {
      const from = performance.now();
      const found = await faultsOf(step, place, index);
      const line = [step.script ?? "lferc", ...step.args].join(" ");
      console.log(`  ${line}: ${found.length === 0 ? "fine" : "NOT FINE"}, ${Math.round(performance.now() - from)} ms`);
      faults.push(...found.map((fault) => `${line}\n    ${fault}`));
    }
    if (faults.length > 0) throw new Error(faults.join("\n"));
  });
}

suite("the trace", (test) => {
  const forbidden: Readonly<Record<string, string>> = {
    "a file in the home folder": `require("fs").writeFileSync(process.env.HOME + "/x", "")`,
    "a folder in the temporary folder": `require("fs").mkdtempSync(process.env.TMPDIR + "/x-")`,
    "a file that is gone again": `const fs = require("fs"); fs.writeFileSync("y", ""); fs.rmSync("y")`,
    "an attempt to write where nobody may": `try { require("fs").writeFileSync("/proc/nothing", "") } catch {}`,
    "a connection": `require("net").connect(9, "127.0.0.1").on("error", () => {})`,
    "a datagram": `require("dgram").createSocket("udp4").send("x", 9, "127.0.0.1", function () { this.close() })`,
    "a question to the resolver": `require("dns").lookup("localhost.invalid", () => {})`,
    "what a child does": `require("child_process").spawnSync(process.execPath, ["-e", "fs.mkdirSync('z')"])`,
    "what a thread does": `new (require("worker_threads").Worker)("require('fs').mkdirSync('z')", { eval: true })`,
  };
  /** The unrequested effects that it finds. */
  const seen = (script: string): Promise<readonly Call[]> =>
    inPlace(async (place) => {
      writeFileSync(join(place.cwd, "script.cjs"), script);
      const step: Step = { args: [], script: "script.cjs" };
      const { calls } = await runStep(step, place, 0);
      return calls.filter((call) => isForbidden(call, step, place));
    });
  for (const [what, script] of Object.entries(forbidden)) {
    test(`sees ${what}`, async () => assert.not.equal(await seen(script), []));
  }

  test("sees nothing in a process that reads", async () => {
    const reading = `require("fs").readdirSync("."); require("child_process").spawnSync(process.execPath, ["-p", "1"])`;
    assert.equal(await seen(`${reading}; process.stdout.write("fine")`), []);
  });
});

suite("the scenarios", (test) => {
  const steps = all.flatMap((scenario) => scenario.steps).filter(({ script }) => script === undefined);
  const lines = steps.map(({ args }) => args);

  test("have every command at work, not only its help", () => {
    const atWork = new Set(lines.filter((args) => !args.includes("--help")).map(([name]) => name));
    assert.equal(
      names.filter((name) => !atWork.has(name)),
      [],
    );
  });

  test("have every command that can watch watching", async () => {
    for (const { name, load } of commands) {
      if (!declaredArguments(await load()).options.has("watch")) continue;
      assert.ok(
        lines.some((args) => args[0] === name && args.includes("--watch")),
        name,
      );
    }
  });

  test("have every target of build", async () => {
    const refused = await inPlace((place) => runStep({ args: ["build", "m", "-o", "x", "--target", "?"] }, place, 0));
    const [, list = ""] = /--target takes (.*?), not/.exec(refused.stderr) ?? [];
    assert.ok(list.includes("onnx"), refused.stderr);
    const built = lines.map((args) => args[args.indexOf("--target") + 1] ?? "");
    assert.equal(
      list.split(", ").filter((target) => target !== "onnx" && !built.includes(target)),
      [],
    );
  });
});

suite("files and sockets", (test) => {
  for (const scenario of all) test(scenario.title, () => play(scenario));
});
