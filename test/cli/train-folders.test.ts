// The ownership of a run's folder: concurrent starts, killed runs, stopped runs.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { sha256 } from "../../src/formats/digest.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath, type Ran, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const model = smallSource({ schedule: "cosine", run: "batch: 16, epochs: 2" });

const trainArgs = (...more: readonly string[]): readonly string[] => [
  "train",
  "m.lfer",
  "--recipe",
  "Try",
  "--data",
  "generated",
  "--threads",
  "1",
  "--limit",
  "32",
  ...more,
];

/** The files of two whole epochs: every interrupted run must end in the same. */
let wholeRun: Promise<ReadonlyMap<string, Buffer>> | undefined;
const whole = (): Promise<ReadonlyMap<string, Buffer>> => {
  wholeRun ??= inFolder({ "m.lfer": model }, async (cwd) => {
    const { code, stderr } = await callLferc(trainArgs("--out", "whole"), cwd);
    assert.is(code, 0, stderr);
    const folder = join(cwd, "whole");
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const));
  });
  return wholeRun;
};

/** Runs it concurrently with others. */
function started(args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [lfercPath(), ...args], { cwd, env: { ...process.env, NO_COLOR: "1" } });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (part) => {
        said[stream] += String(part);
      });
    }
    child.once("close", (code) => settle({ code, ...said }));
  });
}

/** Runs it, and sends it a signal when it reaches that file. */
const signalled = (args: readonly string[], cwd: string, signal: string): Ran =>
  runLferc(args, {
    cwd,
    env: { NODE_OPTIONS: `--import ${join(root, "test/support/signals.mjs")}`, LFER_TEST_SIGNAL: signal },
  });

interface About {
  readonly id: string;
  readonly seed: number;
}

const jsonOf = <T>(...path: readonly string[]): T => JSON.parse(readFileSync(join(...path), "utf8")) as T;

/** The run in a folder, after checking that its files belong together. */
function runIn(folder: string): About {
  const about = jsonOf<About>(folder, "run.json");
  const state = jsonOf<{ run: About; bestSha256: string; slots: { file: string; sha256: string } }>(
    folder,
    "state.json",
  );
  assert.equal([state.run.id, state.run.seed], [about.id, about.seed]);
  assert.is(sha256([readFileSync(join(folder, "best.safetensors"))]), state.bestSha256);
  assert.is(sha256([readFileSync(join(folder, state.slots.file))]), state.slots.sha256);
  return about;
}

const unclean = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith(".tmp") || name.startsWith("run.lock"));

/** The command in a printed line of this kind, run exactly as printed. */
async function told(stderr: string, what: string, cwd: string): Promise<Ran> {
  const line = new RegExp(`^${what}: +lferc (.*)$`, "m").exec(stderr)?.[1];
  assert.ok(line, `${what} is not told: ${stderr}`);
  return callLferc(line.split(" "), cwd);
}

suite("runs started together", (test) => {
  test("each of eight has a folder of its own, and its weights belong to its run.json", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
      const runs = await Promise.all(
        seeds.map((seed) => started(trainArgs("--epochs", "1", "--seed", `${seed}`), cwd)),
      );
      for (const { code, stderr } of runs) assert.is(code, 0, stderr);
      const folders = readdirSync(join(cwd, "runs"));
      assert.is(folders.length, 8);
      // Around midnight they are of two days.
      for (const folder of folders) assert.match(folder, /^Try-\d{4}-\d\d-\d\d(-[2-8])?$/);
      const found = folders.map((folder) => runIn(join(cwd, "runs", folder)).seed);
      assert.equal(found.toSorted(), seeds);
      for (const [i, { stdout }] of runs.entries()) {
        const [, folder = ""] = /^run: +(\S+)/m.exec(stdout) ?? [];
        assert.is(runIn(join(cwd, folder)).seed, seeds[i], "each says where its own is");
        assert.equal(unclean(join(cwd, folder)), []);
      }
    }));

  test("of eight with one --out one runs; the others say which process does", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
      const asked = (seed: number) => trainArgs("--epochs", "1", "--seed", `${seed}`, "--out", "new/shared");
      const runs = await Promise.all(seeds.map((seed) => started(asked(seed), cwd)));
      assert.is(runs.filter(({ code }) => code === 0).length, 1);
      assert.is(runIn(join(cwd, "new/shared")).seed, seeds[runs.findIndex(({ code }) => code === 0)]);
      for (const { code, stderr } of runs.filter((run) => run.code !== 0)) {
        assert.is(code, 1);
        // A process that starts after its end finds a finished run.
        const [found] = codesIn(stderr);
        assert.ok(found === "train/run-in-use" || found === "train/run-exists", stderr);
        if (found === "train/run-in-use")
          assert.match(stderr, /process \d+ on \S+ has been training in \S+ since \d{4}-\d\d-\d\dT/);
      }
      assert.equal(unclean(join(cwd, "new/shared")), []);
    }));

  test("of six that go on with a run which was killed one does, and ends as if nothing had been", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const killed = signalled(trainArgs("--out", "cut"), cwd, "SIGKILL:rename:last.safetensors");
      assert.is(killed.code, null);
      assert.equal(unclean(join(cwd, "cut")).length, 2, "a lock, and a file half written");
      const runs = await Promise.all(
        Array.from({ length: 6 }, () => started(trainArgs("--out", "cut", "--resume"), cwd)),
      );
      const ran = runs.filter(({ code, stderr }) => code === 0 && !/^finished before/m.test(stderr));
      assert.is(ran.length, 1);
      assert.match(
        ran[0]?.stderr ?? "",
        /^cut was locked by process \d+ on \S+ since \S+, which is gone: taken over$/m,
      );
      assert.match(ran[0]?.stderr ?? "", /^cut: removed files that a killed process left half written$/m);
      for (const { code, stderr } of runs) if (code !== 0) assert.equal(codesIn(stderr), ["train/run-in-use"]);
      for (const file of ["best.safetensors", "last.safetensors", "state-2.safetensors", "model.onnx"]) {
        assert.equal(readFileSync(join(cwd, "cut", file)), (await whole()).get(file), file);
      }
      assert.equal(readdirSync(join(cwd, "cut")).toSorted(), [...(await whole()).keys()].toSorted());
    }));

  test("--resume of a run that is running is refused, whatever it has written yet", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      assert.is((await callLferc(trainArgs("--out", "run"), cwd)).code, 0);
      const { claimRun } = await import("../../src/training/run-claim.js");
      const claim = await claimRun(join(cwd, "run"), true);
      const { code, stderr } = runLferc(trainArgs("--out", "run", "--resume"), { cwd });
      assert.equal([code, codesIn(stderr)], [1, ["train/run-in-use"]]);
      assert.match(stderr, `process ${process.pid} on`);
      assert.ok(existsSync(join(cwd, "run/run.lock")));
      if ("release" in claim) await claim.release();
    }));
});

suite("a run that is told how", (test) => {
  test("--threads is what runs it, not a wish: run.json says how many", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const threads = async (asked: readonly string[], out: string): Promise<unknown> => {
        const args = ["train", "m.lfer", "--recipe", "Try", "--data", "generated", "--limit", "32", "--epochs", "1"];
        const ran = await callLferc([...args, ...asked, "--out", out], cwd);
        assert.is(ran.code, 0, ran.stderr);
        return jsonOf<{ engine: { threads: unknown } }>(cwd, out, "run.json").engine.threads;
      };
      assert.is(await threads(["--threads", "2"], "two"), 2);
      assert.is(await threads([], "all"), null);
    }));
});

suite("a run that is told to stop", (test) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    test(`${signal} while it begins: it ends at once with 130, and nothing is left`, () =>
      inFolder({ "m.lfer": model }, (cwd) => {
        const { code, stderr } = signalled(trainArgs("--out", "new/run"), cwd, `${signal}:openSync:run.lock`);
        assert.is(code, 130, stderr);
        assert.equal(readdirSync(cwd), ["m.lfer"]);
      }));

    test(`${signal} between two epochs: 130, and how to go on and to have a model now`, () =>
      inFolder({ "m.lfer": model }, async (cwd) => {
        const { code, stderr } = signalled(trainArgs("--out", "cut"), cwd, `${signal}:rename:state.json`);
        assert.is(code, 130, stderr);
        assert.match(stderr, /^stopping; Ctrl-C again stops at once$/m);
        assert.match(stderr, /^interrupted after 1 of 2 epochs$/m);
        assert.equal(unclean(join(cwd, "cut")), []);
        const now = await told(stderr, "model.onnx", cwd);
        assert.is(now.code, 0, now.stderr);
        assert.match(now.stderr, "finished before: 1 epochs are done");
        assert.ok(existsSync(join(cwd, "cut/model.onnx")));
        const rest = await told(stderr, "go on", cwd);
        assert.is(rest.code, 0, rest.stderr);
        for (const file of ["best.safetensors", "last.safetensors", "model.onnx"]) {
          assert.equal(readFileSync(join(cwd, "cut", file)), (await whole()).get(file), file);
        }
      }));
  }

  test("after the last epoch it does not say that it stops, but how to have the model", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const cut = signalled(trainArgs("--out", "cut"), cwd, "SIGINT:open:.model.onnx.");
      assert.is(cut.code, 130, cut.stderr);
      assert.not.match(cut.stderr, /stopping/);
      assert.match(cut.stderr, /^interrupted after 2 of 2 epochs$/m);
      assert.not.match(cut.stderr, /^go on/m);
      assert.not(existsSync(join(cwd, "cut/model.onnx")));
      assert.equal(unclean(join(cwd, "cut")), []);
      assert.is((await told(cut.stderr, "model.onnx", cwd)).code, 0);
      assert.equal(readFileSync(join(cwd, "cut/model.onnx")), (await whole()).get("model.onnx"));
    }));

  for (const signal of ["SIGINT", "SIGKILL"]) {
    test(`${signal} in the first epoch: nothing is promised that is not there, and going on ends as if nothing had been`, () =>
      inFolder({ "m.lfer": model }, async (cwd) => {
        const cut = signalled(trainArgs("--out", "cut"), cwd, `${signal}:rename:model.lfer`);
        assert.is(cut.code, signal === "SIGKILL" ? null : 130, cut.stderr);
        const resume = trainArgs("--out", "cut", "--resume");
        if (signal === "SIGINT") {
          assert.match(cut.stderr, /^interrupted after 0 of 2 epochs$/m);
          assert.match(cut.stderr, /^model\.onnx: not yet, no epoch has ended$/m);
        }
        const rest = signal === "SIGINT" ? await told(cut.stderr, "go on", cwd) : await callLferc(resume, cwd);
        assert.is(rest.code, 0, rest.stderr);
        for (const file of ["best.safetensors", "last.safetensors", "model.onnx", "answers.csv"]) {
          assert.equal(readFileSync(join(cwd, "cut", file)), (await whole()).get(file), file);
        }
      }));
  }

  test("a number that overflows: the files that are good, and the command that goes on from them at a smaller rate", () => {
    const exploding = smallSource({
      optimizer: "sgd(lr: lr)",
      schedule: "step(every_epochs: 1, factor: 1e30)",
      run: "batch: 16, epochs: 3",
    }).replace("recipe Try {", "recipe Try(lr: float = 0.01) {");
    return inFolder({ "m.lfer": exploding }, async (cwd) => {
      const ran = await callLferc(trainArgs("--out", "run", "--set", "lr=0.02"), cwd);
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/not-finite"]], ran.stderr);
      assert.match(ran.stderr, /run\/last\.safetensors has the weights of epoch 1/);
      assert.match(ran.stderr, /--set lr=0\.002 --weights run\/last\.safetensors$/m);
      const again = await told(`${ran.stderr.trimEnd()} --epochs 1\n`, "go on", cwd);
      assert.is(again.code, 0, again.stderr);
    });
  });

  test("another teacher is another run: its digest is compared", () =>
    inFolder(
      {
        "m.lfer": model,
        "taught.lfer": smallSource({
          teacher: 'frozen(Small, weights: "teacher.safetensors")',
          loss: "kl(softmax(teacher.logits), student.logits)",
          run: "batch: 16, epochs: 1",
        }),
      },
      async (cwd) => {
        const teacher = (seed: string): Promise<Ran> =>
          callLferc(["build", "m.lfer", "--target", "safetensors", "--seed", seed, "-o", "teacher.safetensors"], cwd);
        const taught = (...more: readonly string[]): Promise<Ran> =>
          callLferc(["train", "taught.lfer", ...trainArgs(...more).slice(2), "--out", "run"], cwd);
        assert.is((await teacher("1")).code, 0);
        assert.is((await taught()).code, 0);
        const first = readFileSync(join(cwd, "teacher.safetensors"));
        assert.is((await teacher("2")).code, 0);
        const other = await taught("--resume", "--epochs", "2");
        assert.equal([other.code, codesIn(other.stderr)], [1, ["train/another-run"]]);
        assert.match(other.stderr, `its teacherSha256 is "${sha256([first])}"`);
        writeFileSync(join(cwd, "teacher.safetensors"), first);
        assert.is((await taught("--resume", "--epochs", "2")).code, 0);
      },
    ));
});
