// Only the same, unedited run can be resumed.

import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../src/formats/json-object.js";
import { findRun } from "../../src/training/resume.js";
import { type EngineFacts, type RunFacts, runRecord } from "../../src/training/run-record.js";
import { firstDifference, sealed } from "../../src/training/sealed-json.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "./small-course.js";
import { type Asked, stillCircumstances, stillEngine, stillRun } from "./still-run.js";

interface Json {
  readonly [key: string]: Json | undefined;
}

const jsonOf = (...path: readonly string[]): Json => JSON.parse(readFileSync(join(...path), "utf8")) as Json;

/** A record with another value at a path. */
function edited(record: JsonObject, path: string, value: unknown): JsonObject {
  const copy = structuredClone(record) as Record<string, unknown>;
  const keys = path.split(".");
  let at: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1) ?? ""] = value;
  return copy;
}

const write = (folder: string, name: string, record: JsonObject): void =>
  writeFileSync(join(folder, name), `${JSON.stringify(record, undefined, 2)}\n`);

/** Messages name the field and both values. */
function says(messages: readonly string[], field: string, ...values: readonly unknown[]): void {
  const [message = ""] = messages;
  for (const part of [field, ...values.map((value) => JSON.stringify(value))]) assert.match(message, part);
}

const recordOf = (facts: RunFacts, engine: EngineFacts, id: string): JsonObject =>
  runRecord(facts, engine, { id, begun: "" }, stillCircumstances);

suite("going on with a run", (test) => {
  test("an edited run.json is refused: the field is named, with both values", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder);
      const about = jsonOf(folder, "run.json");
      for (const [field, before, after] of [
        ["seed", 0, 7],
        ["recipe.optimizer.adam.lr", 0.01, 0.02],
        ["recipe.train.run.seed", 0, 7],
        ["epochs", 2, 3],
        ["teacherSha256", null, "f".repeat(64)],
        ["sourceSha256", "0".repeat(64), "f".repeat(64)],
        ["limit", 12, 13],
        ["data.fingerprint", about.data?.fingerprint, "f".repeat(64)],
        ["engine.name", "still", "other"],
        ["id", about.id, "another"],
      ] as const) {
        write(folder, "run.json", edited(about, field, after));
        // Even if the command line agrees with the edit.
        for (const asked of [{}, field === "seed" ? { seed: 7 } : { epochs: 3 }]) {
          const { codes, messages } = await stillRun(folder, { resume: true, ...asked });
          assert.equal(codes, ["train/edited-run"], field);
          says(messages, field, ...[before, after].filter((value) => value !== null));
        }
      }
      write(folder, "run.json", edited(about, "digest", "f".repeat(64)));
      assert.equal((await stillRun(folder, { resume: true })).codes, ["train/edited-run"]);
      write(folder, "run.json", about);
      assert.equal((await stillRun(folder, { resume: true })).codes, []);
    }));

  test("an edited state.json is refused: the field is named, with both values", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder);
      const state = jsonOf(folder, "state.json");
      for (const [field, before, after] of [
        ["run.seed", 0, 7],
        ["run.recipe.optimizer.adam.lr", 0.01, 0.02],
        ["run.epochs", 2, 3],
        ["run.teacherSha256", null, "f".repeat(64)],
        ["run.data.fingerprint", state.run?.data?.fingerprint, "f".repeat(64)],
      ] as const) {
        write(folder, "state.json", edited(state, field, after));
        const { codes, messages } = await stillRun(folder, { resume: true });
        assert.equal(codes, ["train/edited-run"], field);
        says(messages, field.slice("run.".length), ...[before, after].filter((value) => value !== null));
      }
      for (const [field, after, said] of [
        ["epochsDone", 1, /metrics of 2 epochs, not of 1/],
        ["steps", 5, /done 5 steps, but its metrics say 4/],
        ["best.accuracy", 1, /digest/],
        ["metrics.0.loss", 0.5, /digest/],
        ["bestSha256", "f".repeat(64), /digest/],
      ] as const) {
        write(folder, "state.json", edited(state, field, after));
        const { codes, messages } = await stillRun(folder, { resume: true });
        assert.equal(codes, ["train/bad-checkpoint"], field);
        assert.match(messages[0] ?? "", said);
      }
    }));

  test("edited alike in both files, with a command line that agrees: refused by the digest", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder);
      const seven = (record: JsonObject, at: string): JsonObject =>
        edited(edited(record, `${at}seed`, 7), `${at}recipe.train.run.seed`, 7);
      write(folder, "run.json", seven(jsonOf(folder, "run.json"), ""));
      write(folder, "state.json", seven(jsonOf(folder, "state.json"), "run."));
      const { codes } = await stillRun(folder, { resume: true, seed: 7 });
      assert.equal(codes, ["train/edited-run"]);
    }));

  test("the state of another run is refused, also of one that was begun alike or is only longer", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      for (const [other, field, values] of [
        [{ epochs: 4 }, "epochs", [4, 2]],
        [{ seed: 3 }, "seed", [3, 0]],
        [{}, "id", []],
      ] as const) {
        rmSync(folder, { recursive: true, force: true });
        rmSync(join(cwd, "other"), { recursive: true, force: true });
        await stillRun(folder);
        await stillRun(join(cwd, "other"), other);
        const epochs = "epochs" in other ? other.epochs : 2;
        for (const name of ["state.json", `state-${epochs}.safetensors`, "metrics.jsonl", "best.safetensors"]) {
          cpSync(join(cwd, "other", name), join(folder, name));
        }
        const { codes, messages } = await stillRun(folder, { resume: true });
        assert.equal(codes, ["train/state-of-another-run"]);
        says(messages, field, ...values);
      }
    }));

  test("slots, best weights or metrics of another run are refused", () =>
    inFolder({}, async (cwd) => {
      await stillRun(join(cwd, "other"), { seed: 3, epochs: 3 });
      for (const [from, to, said] of [
        ["state-3.safetensors", "state-2.safetensors", /not the file that was written/],
        ["best.safetensors", "best.safetensors", /not the file that was written/],
        ["metrics.jsonl", "metrics.jsonl", /line 1 is not what state.json has of epoch 1/],
      ] as const) {
        const folder = join(cwd, "run");
        rmSync(folder, { recursive: true, force: true });
        await stillRun(folder);
        cpSync(join(cwd, "other", from), join(folder, to));
        const { codes, messages } = await stillRun(folder, { resume: true, epochs: 4 });
        assert.equal(codes, ["train/bad-checkpoint"], from);
        assert.match(messages[0] ?? "", said);
      }
      const folder = join(cwd, "short");
      await stillRun(folder, { epochs: 3 });
      const metrics = readFileSync(join(folder, "metrics.jsonl"), "utf8");
      for (const [text, said] of [
        [metrics.split("\n")[0], /it has 1 epochs, state.json has 3/],
        [`${metrics}{}\n`, /it has 4 epochs, state.json has 3/],
      ] as const) {
        writeFileSync(join(folder, "metrics.jsonl"), `${text}\n`);
        const { codes, messages } = await stillRun(folder, { resume: true, epochs: 3 });
        assert.equal(codes, ["train/bad-checkpoint"]);
        assert.match(messages[0] ?? "", said);
      }
      rmSync(join(folder, "run.json"));
      assert.equal((await stillRun(folder, { resume: true })).codes, ["train/bad-checkpoint"]);
    }));

  test("another length only where it is asked for; a finished run is not trained again, nor written to", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder, { epochs: 3 });
      const before = readFileSync(join(folder, "run.json"), "utf8");
      const unasked = await stillRun(folder, { resume: true });
      assert.equal(unasked.codes, ["train/another-run"]);
      says(unasked.messages, "epochs", 3, 2);
      for (const epochs of [2, 3]) {
        const asked: Asked = { threads: [] };
        const { result } = await stillRun(folder, { resume: true, epochs, engine: stillEngine(asked) });
        assert.equal(result?.kind === "finished" && [result.hasTrained, result.records.length], [false, 3]);
        assert.equal(asked.threads, []);
        assert.is(readFileSync(join(folder, "run.json"), "utf8"), before);
      }
      const told: string[] = [];
      const longer = await stillRun(folder, {
        resume: true,
        epochs: 4,
        threads: 3,
        events: {
          onContinue: (done, changes) =>
            void told.push(`${done}`, ...changes.map(({ field, values }) => `${field} ${values.join(" ")}`)),
        },
      });
      assert.is(longer.result?.kind === "finished" && longer.result.hasTrained, true);
      assert.equal(told, ["3", "epochs 3 4", "threads none 3"]);
    }));

  test("--threads reaches the step and its judge, and stands in run.json", () =>
    inFolder({}, async (cwd) => {
      const asked: Asked = { threads: [] };
      await stillRun(join(cwd, "run"), { threads: 3, epochs: 1, engine: stillEngine(asked) });
      // The step, the evaluation of its epoch, the evaluation of the best weights.
      assert.equal(asked.threads, [3, 3, 3]);
      assert.is(Number(jsonOf(cwd, "run/run.json").engine?.threads), 3);
    }));

  test("everything that decides a run's course must be as it was, and nothing else", async () => {
    const plan = await smallPlan();
    const facts: RunFacts = {
      plan,
      sourceSha256: "s",
      entry: "model.lfer",
      set: new Map([["lr", "0.01"]]),
      limit: 10,
      data: {
        description: "faces",
        fingerprint: "f",
        heldOut: "a fifth",
        classes: [],
        samePictures: { count: 0, listed: [] },
        skipped: [],
      },
      teacherSha256: "t",
      weightsSha256: "w",
    };
    const engine = { name: "ort", description: "ort", threads: 1 };
    const slower = await smallPlan({ optimizer: "adam(lr: 0.001)" });
    const others: readonly (readonly [string, Partial<RunFacts>])[] = [
      ["seed", { plan: await smallPlan({}, { seed: 1 }) }],
      ["recipe.optimizer.adam.lr", { plan: slower }],
      ["recipe.schedule", { plan: await smallPlan({ schedule: "cosine" }) }],
      ["recipe.train.run.batch", { plan: await smallPlan({ run: "batch: 8, epochs: 2" }) }],
      ["teacherSha256", { teacherSha256: "another teacher" }],
      ["teacherSha256", { teacherSha256: undefined }],
      ["weightsSha256", { weightsSha256: "other weights to begin with" }],
      ["distributionsSha256", { distributionsSha256: "a table" }],
      ["fold", { fold: { index: 1, of: 2 } }],
      ["sourceSha256", { sourceSha256: "another network" }],
      ["settings.lr", { set: new Map([["lr", "0.02"]]) }],
      ["limit", { limit: 11 }],
      ["data.fingerprint", { data: { ...facts.data, fingerprint: "other pictures" } }],
    ];
    await inFolder({}, async (cwd) => {
      writeFileSync(join(cwd, "run.json"), sealed(recordOf(facts, engine, "id")));
      const find = (now: JsonObject, mayChangeLength = false) =>
        findRun({ folder: cwd, now, mayChangeLength, slots: new Map() });
      for (const [field, other] of others) {
        const found = await find(recordOf({ ...facts, ...other }, engine, ""));
        assert.ok(isProblem(found), `${field} was accepted`);
        const { code, message } = found.diagnose({});
        assert.is(code, "train/another-run");
        assert.match(message, `its ${field}`);
      }
      const longer = { ...facts, plan: await smallPlan({}, { epochs: 9 }) };
      assert.ok(isProblem(await find(recordOf(longer, engine, ""))));
      for (const found of [
        await find(recordOf(longer, engine, ""), true),
        await find(recordOf(facts, { name: "tfjs", description: "other", threads: 8 }, "")),
        await find(recordOf({ ...facts, data: { ...facts.data, description: "moved/faces" } }, engine, "")),
        await find({ ...recordOf(facts, engine, ""), lferVersion: "9.9.9", nodeVersion: "99" }),
      ]) {
        assert.not(isProblem(found));
        assert.is(!isProblem(found) && found?.id, "id");
      }
    });
  });

  test("where two records differ is found however deep they are", () => {
    assert.is(firstDifference({ a: [1, { b: null }] }, { a: [1, { b: undefined }] }), undefined);
    assert.equal(firstDifference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }), { field: "a.1.b", values: ["2", "3"] });
    assert.equal(firstDifference({ a: {} }, { a: [] }), { field: "a", values: ["{}", "[]"] });
    const deep = (depth: number, end: unknown): unknown => (depth === 0 ? end : [deep(depth - 1, end)]);
    assert.is(firstDifference(deep(500, 1), deep(500, 1)), undefined);
    assert.ok(firstDifference(deep(500, 1), deep(500, 2)));
  });
});
