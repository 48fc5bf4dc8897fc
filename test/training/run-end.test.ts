// The files of a run that is finished, stopped or failed; and which of them are made again if they are missing.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Engine } from "../../src/engines/engine.js";
import { readAnswersTable } from "../../src/judging/answers-table.js";
import { summaryOf } from "../../src/judging/summary.js";
import { claimNextRun, dayOf } from "../../src/training/run-claim.js";
import { readSafetensors } from "../../src/weights/safetensors.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { type Asked, stillCircumstances, stillEngine, stillRun } from "./still-run.js";

interface About {
  readonly id: string;
  readonly begun: string;
  readonly ended?: string;
  readonly commandLine: readonly string[];
  readonly commit: string | null;
  readonly sharpVersion: string | null;
  readonly engine: { readonly version: string | null };
  readonly result?: {
    readonly best: { readonly epoch: number };
    readonly epochs: number;
    readonly stoppedEarly: boolean;
  };
}

const textOf = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");
const aboutOf = (folder: string): About => JSON.parse(textOf(folder, "run.json")) as About;

/** A run with a given clock. */
const at = (time: string) => ({ ...stillCircumstances, now: () => new Date(time) });

/** The engine of still-run.ts, whose loss is NaN from that step on (counted from 1 over the whole run). */
function diverging(from: number): Engine {
  const engine = stillEngine();
  return {
    ...engine,
    create: async (step, options) => {
      const made = await engine.create(step, options);
      if (isProblem(made)) return made;
      return {
        ...made,
        run: async (batch) => {
          const outputs = await made.run(batch);
          const state = await made.state();
          const steps = state.get("a.batch_norm_1.bias")?.[0] ?? 0;
          return steps < from ? outputs : new Map([...outputs, ["loss", Float32Array.of(Number.NaN)]]);
        },
      };
    },
  };
}

suite("a run that is through", (test) => {
  test("run.json: when, by which command, of what versions and commit, and what came of it", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      const circumstances = {
        ...at("2026-11-30T10:00:00Z"),
        commit: "c".repeat(40),
        engineVersion: "1.2.3",
        sharpVersion: "4.5.6",
      };
      const { result } = await stillRun(folder, { circumstances });
      const about = aboutOf(folder);
      assert.equal(
        [about.begun, about.ended, about.commandLine, about.commit, about.engine.version, about.sharpVersion],
        ["2026-11-30T10:00:00.000Z", "2026-11-30T10:00:00.000Z", ["train", "m.lfer"], "c".repeat(40), "1.2.3", "4.5.6"],
      );
      assert.ok(result?.kind === "finished");
      assert.equal(about.result, { best: result.best, epochs: 2, stoppedEarly: false });
    }));

  test("going on keeps when it was begun; while it goes on there is no end, and no answers of weights that were", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder, { circumstances: at("2026-11-30T10:00:00Z") });
      const seen: unknown[] = [];
      const another = ["train", "m.lfer", "--resume", "--epochs", "3"];
      const { codes } = await stillRun(folder, {
        resume: true,
        epochs: 3,
        circumstances: { ...at("2026-12-01T10:00:00Z"), commandLine: another, commit: "d".repeat(40) },
        events: {
          onEpoch: async () => {
            const { begun, ended, result } = aboutOf(folder);
            seen.push(begun, ended, result, existsSync(join(folder, "answers.csv")));
            return undefined;
          },
        },
      });
      assert.equal(codes, []);
      assert.equal(seen, ["2026-11-30T10:00:00.000Z", undefined, undefined, false]);
      const about = aboutOf(folder);
      assert.equal(
        [about.begun, about.ended, about.result?.epochs, about.commandLine],
        ["2026-11-30T10:00:00.000Z", "2026-12-01T10:00:00.000Z", 3, another],
      );
    }));

  test("answers.csv has what the best weights say of each picture held out", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      const { result } = await stillRun(folder);
      assert.ok(result?.kind === "finished");
      const answers = readAnswersTable(textOf(folder, "answers.csv"), "answers.csv");
      assert.ok(!isProblem(answers));
      assert.equal(answers.classes, ["surprise", "happy", "neutral"]);
      assert.is(answers.pictures.length, 12);
      assert.is(summaryOf(answers).accuracy, result.best.accuracy);
      assert.equal(
        result.answers.pictures.map(({ key, label }) => [key, label]),
        answers.pictures.map(({ key, label }) => [key, label]),
      );
    }));

  test("what is missing of its end is made again, whatever it is, and nothing is trained", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder);
      const [answers, about] = [textOf(folder, "answers.csv"), textOf(folder, "run.json")];
      const { ended: _e, result: _r, digest: _d, ...begun } = JSON.parse(about) as Record<string, unknown>;
      const { sealed } = await import("../../src/training/sealed-json.js");
      for (const [name, change] of [
        ["answers.csv", () => rmSync(join(folder, "answers.csv"))],
        ["answers.csv", () => writeFileSync(join(folder, "answers.csv"), answers.slice(0, -9))],
        ["answers.csv", () => writeFileSync(join(folder, "answers.csv"), answers.replace("\nhapp", "\nhopp"))],
        ["answers.csv", () => writeFileSync(join(folder, "answers.csv"), answers.replace(/[^\n]*\n$/, ""))],
        ["run.json", () => writeFileSync(join(folder, "run.json"), sealed(begun))],
      ] as const) {
        change();
        const asked: Asked = { threads: [] };
        const { result, codes } = await stillRun(folder, { resume: true, engine: stillEngine(asked) });
        assert.equal([codes, result?.kind === "finished" && result.hasTrained], [[], false]);
        assert.is(asked.threads.length, name === "answers.csv" ? 1 : 0);
        assert.is(textOf(folder, "answers.csv"), answers, name);
        assert.is(textOf(folder, "run.json"), about, name);
      }
    }));

  test("stopped while its best weights are judged once more: all epochs are there, and going on finishes it", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      let epochs = 0;
      const { result } = await stillRun(folder, {
        events: {
          isStopped: () => epochs === 2,
          onEpoch: async (records) => {
            epochs = records.length;
            return undefined;
          },
        },
      });
      assert.ok(result?.kind === "interrupted" && result.records.length === 2);
      assert.not(existsSync(join(folder, "answers.csv")));
      assert.is(aboutOf(folder).result, undefined);
      const again = await stillRun(folder, { resume: true });
      assert.ok(again.result?.kind === "finished" && !again.result.hasTrained);
      assert.is(aboutOf(folder).result?.epochs, 2);
    }));

  test("early: it is told in run.json, and a longer length does not wake it up", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      const recipe = { run: "batch: 6, epochs: 9, patience: 2" };
      const { result } = await stillRun(folder, { recipe });
      // The engine gives the same outputs for all pictures: no epoch is better than the first.
      assert.ok(result?.kind === "finished" && result.records.length === 3);
      assert.equal([aboutOf(folder).result?.epochs, aboutOf(folder).result?.stoppedEarly], [3, true]);
      const longer = await stillRun(folder, { recipe, resume: true, epochs: 20 });
      assert.ok(longer.result?.kind === "finished" && !longer.result.hasTrained);
    }));

  test("the files of its weights say how they were judged, by either accuracy", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      const { result } = await stillRun(folder);
      assert.ok(result?.kind === "finished");
      for (const name of ["best.safetensors", "last.safetensors"]) {
        const read = readSafetensors(readFileSync(join(folder, name)), name);
        assert.ok(read.kind === "read");
        assert.is(read.value.metadata.get("accuracy"), String(result.best.accuracy));
        assert.is(read.value.metadata.get("mean_class_accuracy"), String(result.best.meanClassAccuracy));
      }
    }));
});

suite("files of a run that are gone", (test) => {
  test("and can be made of its checkpoint are made, and it is told", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder);
      const names = ["last.safetensors", "metrics.jsonl"];
      const before = names.map((name) => readFileSync(join(folder, name)));
      for (const gone of [["metrics.jsonl"], ["last.safetensors"], names]) {
        for (const name of gone) rmSync(join(folder, name));
        const told: string[] = [];
        const { codes } = await stillRun(folder, {
          resume: true,
          events: { onRebuilt: (files) => void told.push(...files) },
        });
        assert.equal([codes, told], [[], gone]);
        assert.equal(
          names.map((name) => readFileSync(join(folder, name))),
          before,
        );
      }
      const told: string[] = [];
      await stillRun(folder, { resume: true, events: { onRebuilt: (files) => void told.push(...files) } });
      assert.equal(told, [], "nothing is missing");
    }));
});

suite("a run in which a number overflows", (test) => {
  test("keeps the last good weights, and says which they are and how to go on", () =>
    inFolder({}, async (cwd) => {
      const [whole, cut] = [join(cwd, "whole"), join(cwd, "cut")];
      const recipe = { schedule: "constant_rate", run: "batch: 6, epochs: 4" };
      await stillRun(whole, { recipe, epochs: 2 });
      // Stopped in the third epoch: the last weights are from the middle of it.
      let steps = 0;
      await stillRun(cut, {
        recipe,
        events: { isStopped: () => steps >= 5, onStep: () => void steps++, onEpoch: async () => undefined },
      });
      assert.not.equal(readFileSync(join(cut, "last.safetensors")), readFileSync(join(whole, "last.safetensors")));
      const { result, codes, messages } = await stillRun(cut, { recipe, resume: true, engine: diverging(6) });
      assert.equal(codes, ["train/not-finite"]);
      assert.match(messages[0] ?? "", /the loss is not finite after epoch 3, step 2, at a learning rate of 0\.01/);
      assert.ok(result?.kind === "failed");
      assert.equal(result.diverged, { lr: 0.01, epochs: 2 });
      const help = result.diagnostics[0]?.help ?? "";
      assert.match(help, `${join(cut, "last.safetensors")} has the weights of epoch 2`);
      assert.match(help, `${join(cut, "best.safetensors")} the best, of epoch`);
      assert.match(help, `--weights ${join(cut, "last.safetensors")}`);
      for (const name of ["last.safetensors", "best.safetensors", "state-2.safetensors"]) {
        assert.equal(readFileSync(join(cut, name)), readFileSync(join(whole, name)), name);
      }
    }));

  test("in the first epoch has nothing to keep, and says so", () =>
    inFolder({}, async (cwd) => {
      const { result, codes } = await stillRun(join(cwd, "run"), { engine: diverging(1) });
      assert.equal(codes, ["train/not-finite"]);
      assert.ok(result?.kind === "failed" && result.diverged?.epochs === 0);
      assert.match(result.diagnostics[0]?.help ?? "", "No epoch has ended");
    }));
});

suite("the folder of a run that has no name", (test) => {
  test("is its recipe's and the day's; later ones of the day are numbered, and two at once get one each", () =>
    inFolder({}, async (cwd) => {
      const runs = join(cwd, "runs");
      const name = `Faces-${dayOf(new Date(2026, 0, 9, 23, 59))}`;
      assert.is(name, "Faces-2026-01-09");
      const claims = await Promise.all([1, 2, 3].map(() => claimNextRun(runs, name)));
      const folders = claims.map((claim) => (isProblem(claim) ? "refused" : claim.folder)).toSorted();
      assert.equal(
        folders,
        ["", "-2", "-3"].map((end) => join(runs, `${name}${end}`)),
      );
      for (const claim of claims) if (!isProblem(claim)) await claim.release();
      assert.equal(existsSync(runs) ? readdirSync(runs) : [], [], "nothing was written");
    }));
});
