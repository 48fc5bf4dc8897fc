// `--watch`, by the built command line: every save gives a result, whatever state the files have in between.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { codesIn, inFolder, lfercPath, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const part = "lfer 1\n\nblock Part = conv(8)\n";
const model = `lfer 1

import { Part } from "./part.lfer"

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> Part -> flatten
  output logits
}
`;
const broken = "lfer 1\n\nblock Part = conv(8\n";
const project = { "package.json": "{}", "m.lfer": model, "part.lfer": part };

interface Watching {
  /** The text on standard output once it has a matching line: its pipe may be read later than stderr's. */
  lines(holds: (line: string) => boolean): Promise<readonly string[]>;
  /** The messages since the last call, after the run that ends with them. */
  answer(): Promise<string>;
  end(signal?: NodeJS.Signals): Promise<unknown>;
}

/** Starts lferc and follows it until `body` is done. */
async function watching(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  body: (watch: Watching) => Promise<void>,
): Promise<void> {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [lfercPath(), ...args, "--watch"], {
    cwd,
    env: { ...inherited, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  let told = 0;
  child.stdout.on("data", (text) => {
    said.stdout += String(text);
  });
  child.stderr.on("data", (text) => {
    said.stderr += String(text);
  });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
  const next = (): string | undefined => {
    const end = /waiting for changes, Ctrl-C ends\n/.exec(said.stderr.slice(told));
    return end === null ? undefined : said.stderr.slice(told, told + end.index + end[0].length);
  };
  /** Waits until more is printed, or the process has ended: however long that takes on a busy machine. */
  const more = (): Promise<unknown> => Promise.race([once(child.stderr, "data"), ended]);
  try {
    await body({
      async lines(holds) {
        for (;;) {
          const lines = said.stdout.split("\n").slice(0, -1);
          if (lines.some(holds)) return lines;
          if (child.exitCode !== null || child.signalCode !== null) throw new Error(`no such line:\n${said.stdout}`);
          await Promise.race([once(child.stdout, "data"), ended]);
        }
      },
      async answer() {
        while (next() === undefined && child.exitCode === null && child.signalCode === null) await more();
        const text = next();
        if (text === undefined) throw new Error(`it ended without an answer; said so far:\n${said.stderr}`);
        told += text.length;
        return text;
      },
      end(signal = "SIGINT") {
        child.kill(signal);
        return ended;
      },
    });
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Waits until the last result matches: a save may be seen in the middle. */
async function settled(watch: Watching, holds: (answer: string) => boolean): Promise<string> {
  for (;;) {
    const answer = await watch.answer();
    if (holds(answer)) return answer;
  }
}

const isFine = (answer: string): boolean => answer.includes("no mistakes");

suite("lferc check --watch", (test) => {
  test("an imported file is broken, mended, replaced, removed, a folder, and there again; Ctrl-C ends with 130", () =>
    inFolder(project, (cwd) =>
      watching(["check", "m.lfer"], { cwd }, async (watch) => {
        const imported = join(cwd, "part.lfer");
        assert.ok(isFine(await watch.answer()));
        writeFileSync(imported, broken);
        const wrong = await settled(watch, (answer) => !isFine(answer));
        assert.match(wrong, "--- part.lfer changed\n");
        assert.match(codesIn(wrong)[0] ?? "", /^syntax\//);
        assert.match(wrong, /took \d+ ms/);
        // As editors save: written beside, then renamed over it.
        writeFileSync(join(cwd, ".part.tmp"), part);
        renameSync(join(cwd, ".part.tmp"), imported);
        assert.ok(isFine(await watch.answer()));
        rmSync(imported);
        assert.equal(codesIn(await watch.answer()), ["import/missing-file"]);
        mkdirSync(imported);
        assert.equal(codesIn(await watch.answer()), ["import/unreadable-file"]);
        rmSync(imported, { recursive: true });
        assert.equal(codesIn(await watch.answer()), ["import/missing-file"]);
        writeFileSync(imported, part);
        await settled(watch, isFine);
        assert.equal(await watch.end(), [130, null]);
      }),
    ));

  test("a newly imported file is watched, also in a folder that is not there yet", () =>
    inFolder(project, (cwd) =>
      watching(["check", "m.lfer"], { cwd }, async (watch) => {
        assert.ok(isFine(await watch.answer()));
        writeFileSync(join(cwd, "m.lfer"), model.replace("./part.lfer", "./parts/new/part.lfer"));
        await settled(watch, (answer) => codesIn(answer).join() === "import/missing-file");
        mkdirSync(join(cwd, "parts/new"), { recursive: true });
        writeFileSync(join(cwd, "parts/new/part.lfer"), part);
        await settled(watch, isFine);
        // This file is not imported any more: the next result belongs to the next change.
        writeFileSync(join(cwd, "part.lfer"), broken);
        // A folder recreated under the same name, as by checking out a branch.
        rmSync(join(cwd, "parts"), { recursive: true });
        const removed = await settled(watch, (answer) => codesIn(answer).join() === "import/missing-file");
        assert.match(removed, "--- parts/new/part.lfer changed\n");
        mkdirSync(join(cwd, "parts/new"), { recursive: true });
        writeFileSync(join(cwd, "parts/new/part.lfer"), part);
        await settled(watch, isFine);
        writeFileSync(join(cwd, "parts/new/part.lfer"), broken);
        await settled(watch, (answer) => !isFine(answer));
        assert.equal(await watch.end("SIGTERM"), [130, null]);
      }),
    ));

  test("a folder: files that appear and go; what is none of them is nobody's business", () =>
    inFolder({ "package.json": "{}", "models/a/part.lfer": part }, (cwd) =>
      watching(["check", "models"], { cwd }, async (watch) => {
        assert.match(await watch.answer(), "1 file checked");
        writeFileSync(join(cwd, "models/a/m.lfer"), model);
        assert.match(await settled(watch, (answer) => answer.includes("2 files")), "no mistakes");
        // The result after this one is about the folder created next.
        writeFileSync(join(cwd, "models/a/notes.txt"), "x");
        mkdirSync(join(cwd, "models/b"));
        assert.match(await watch.answer(), "--- models changed\n");
        // At once, when the folder may not be watched yet: no change is lost.
        writeFileSync(join(cwd, "models/b/part.lfer"), part);
        await settled(watch, (answer) => answer.includes("3 files"));
        rmSync(join(cwd, "models/b"), { recursive: true });
        await settled(watch, (answer) => answer.includes("2 files"));
        assert.equal(await watch.end(), [130, null]);
      }),
    ));

  test("a file behind a link, in another folder", () =>
    inFolder({ "package.json": "{}", "m.lfer": model, "deep/real.lfer": part }, (cwd) => {
      symlinkSync("deep/real.lfer", join(cwd, "part.lfer"));
      return watching(["check", "m.lfer"], { cwd }, async (watch) => {
        assert.ok(isFine(await watch.answer()));
        writeFileSync(join(cwd, "deep/real.lfer"), broken);
        assert.not(isFine(await settled(watch, (answer) => !isFine(answer))));
      });
    }));

  test("a path that is not there yet is waited for", () =>
    inFolder({ "package.json": "{}" }, (cwd) =>
      watching(["check", "part.lfer"], { cwd }, async (watch) => {
        assert.equal(codesIn(await watch.answer()), ["tool/no-such-path"]);
        writeFileSync(join(cwd, "part.lfer"), part);
        await settled(watch, isFine);
      }),
    ));

  test("where the system tells nothing, a look each second does", () =>
    inFolder(
      {
        ...project,
        "blind.mjs":
          'import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";\n' +
          'fs.watch = () => { throw Object.assign(new Error("no space"), { code: "ENOSPC" }); };\n' +
          "syncBuiltinESMExports();\n",
      },
      (cwd) =>
        watching(["check", "m.lfer"], { cwd, env: { NODE_OPTIONS: `--import ${cwd}/blind.mjs` } }, async (watch) => {
          assert.ok(isFine(await watch.answer()));
          writeFileSync(join(cwd, "part.lfer"), broken);
          assert.not(isFine(await watch.answer()));
        }),
    ));

  test("a terminal's screen is emptied for each answer, in one go", () =>
    inFolder({ ...project, "tty.mjs": "process.stderr.isTTY = true;\n" }, (cwd) => {
      const env = { NODE_OPTIONS: `--import ${cwd}/tty.mjs`, TERM: "xterm" };
      return watching(["check", "m.lfer"], { cwd, env }, async (watch) => {
        const empty = "\u001b[2J\u001b[H";
        const first = await watch.answer();
        assert.is(first.indexOf(empty), 0);
        writeFileSync(join(cwd, "part.lfer"), part.replace("8", "9"));
        const second = await watch.answer();
        assert.equal(second.split(empty).length, 2);
        assert.not.match(second, "---");
      });
    }));

  test("a wrong command line ends at once", () => {
    assert.is(runLferc(["stats", "m.lfer", "--depth", "0", "--watch"]).code, 2);
  });
});

suite("lferc stats --watch", (test) => {
  test("each answer is data of its own", () =>
    inFolder(project, (cwd) =>
      watching(["stats", "m.lfer", "--format", "json"], { cwd }, async (watch) => {
        await watch.answer();
        writeFileSync(join(cwd, "part.lfer"), part.replace("8", "16"));
        await settled(watch, (answer) => codesIn(answer).length === 0);
        const total = (line: string) =>
          (JSON.parse(line) as { readonly params: { readonly total: number } }).params.total;
        const lines = await watch.lines((line) => total(line) === 432);
        assert.is(total(lines[0] ?? ""), 216);
      }),
    ));
});

suite("lferc build --watch", (test) => {
  test("builds again for another source and other weights, and not for what it writes itself", () =>
    inFolder(project, async (cwd) => {
      const train = (name: string, value: number): void => {
        const weight = { shape: [8, 3, 3, 3], data: new Float32Array(216).fill(value) };
        writeFileSync(join(cwd, name), Buffer.concat(writeSafetensors(new Map([["logits.weight", weight]]))));
      };
      train("w.safetensors", 1);
      const args = ["build", "m.lfer", "-o", "m.onnx", "--weights", "w.safetensors", "--no-verify"];
      await watching(args, { cwd }, async (watch) => {
        assert.match(await watch.answer(), "m.onnx: ");
        const first = readFileSync(join(cwd, "m.onnx"));
        train("beside.safetensors", 2);
        renameSync(join(cwd, "beside.safetensors"), join(cwd, "w.safetensors"));
        // Not about m.onnx, which it wrote itself.
        const again = await watch.answer();
        assert.match(again, "--- w.safetensors changed\n");
        assert.match(again, "m.onnx: ");
        const second = readFileSync(join(cwd, "m.onnx"));
        assert.not(first.equals(second));
        writeFileSync(join(cwd, "m.lfer"), model.replace("Part ->", "Part -> nonsense ->"));
        assert.equal(codesIn(await settled(watch, (answer) => codesIn(answer).length > 0)), ["resolve/unknown-name"]);
        assert.ok(readFileSync(join(cwd, "m.onnx")).equals(second));
        rmSync(join(cwd, "w.safetensors"));
        writeFileSync(join(cwd, "m.lfer"), model.replace("Part ->", "Part -> relu ->"));
        assert.equal(codesIn(await settled(watch, (answer) => !answer.includes("unknown-name"))), [
          "weights/file-unreadable",
        ]);
        train("w.safetensors", 3);
        await settled(watch, (answer) => answer.includes("m.onnx: "));
        assert.ok(statSync(join(cwd, "m.onnx")).size > 0);
        assert.equal(await watch.end(), [130, null]);
      });
    }));
});
