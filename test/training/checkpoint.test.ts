import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { type Checkpoint, readCheckpoint, readState, writeCheckpoint } from "../../src/training/checkpoint.js";
import type { EpochRecord } from "../../src/training/metrics.js";
import { freeRunFolder } from "../../src/training/run-folder.js";
import { sealed } from "../../src/training/sealed-json.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const record = (epoch: number): EpochRecord => ({
  schemaVersion: 1,
  epoch,
  steps: epoch * 3,
  lr: 0.1,
  loss: 1 / epoch,
  accuracy: 0.5,
  validationLoss: 2,
  validationAccuracy: 0.25,
  validationMeanClassAccuracy: 0.25,
  evaluation: "single_view",
  picturesPerSecond: 100,
  seconds: 1,
});

const checkpoint = (epochs: number): Checkpoint => ({
  standing: {
    epochsDone: epochs,
    steps: epochs * 3,
    records: Array.from({ length: epochs }, (_, i) => record(i + 1)),
    best: { epoch: 1, loss: 2, accuracy: 0.25, meanClassAccuracy: 0.25, weights: "current" },
    state: new Map([
      ["a.weight", Float32Array.of(epochs, -0, 1e-40)],
      ["__proto__", Float32Array.of(0.1)],
    ]),
  },
  bestSha256: "b".repeat(64),
});

const run = { id: "id", seed: 0 };

const slots = new Map([
  ["a.weight", 3],
  ["__proto__", 1],
]);

/** The checkpoint of a folder; undefined if there is none. */
async function read(folder: string, sizes: ReadonlyMap<string, number> = slots) {
  const state = await readState(folder);
  return state === undefined || isProblem(state) ? state : readCheckpoint(folder, state, sizes);
}

const codeOf = async (found: ReturnType<typeof read>): Promise<string> => {
  const value = await found;
  return isProblem(value) ? value.diagnose({}).code : "none";
};

suite("checkpoints", (test) => {
  test("what is written comes back, to the last bit; only the newest slots stay", () =>
    inFolder({ "model.lfer": "" }, async (cwd) => {
      for (const epochs of [1, 2]) assert.is(await writeCheckpoint(cwd, run, checkpoint(epochs)), undefined);
      assert.equal(readdirSync(cwd).toSorted(), ["model.lfer", "state-2.safetensors", "state.json"]);
      const found = await read(cwd);
      assert.not.ok(isProblem(found));
      assert.equal(found, checkpoint(2));
      assert.ok(Object.is(!isProblem(found) && found?.standing.state.get("a.weight")?.[1], -0));
    }));

  test("a run killed between the two files stands where it stood before", () =>
    inFolder({}, async (cwd) => {
      await writeCheckpoint(cwd, run, checkpoint(1));
      const [slotsBefore, stateBefore] = [
        readFileSync(join(cwd, "state-1.safetensors")),
        readFileSync(join(cwd, "state.json")),
      ];
      await writeCheckpoint(cwd, run, checkpoint(2));
      // As if it had been killed after writing the slots of epoch 2.
      writeFileSync(join(cwd, "state-1.safetensors"), slotsBefore);
      writeFileSync(join(cwd, "state.json"), stateBefore);
      assert.equal(await read(cwd), checkpoint(1));
    }));

  test("slots with the names of earlier versions are found by them", () =>
    inFolder({}, async (cwd) => {
      await writeCheckpoint(cwd, run, checkpoint(1));
      const state = await readState(cwd);
      if (state === undefined || isProblem(state)) throw new Error("no state");
      const renamed = new Map([
        ["a_1.weight", 3],
        ["__proto__", 1],
      ]);
      const found = await readCheckpoint(cwd, state, renamed, (name) =>
        name === "a_1.weight" ? "a.weight" : undefined,
      );
      assert.not.ok(isProblem(found));
      const { state: values = new Map() } = isProblem(found) ? {} : found.standing;
      assert.equal([...values.keys()], ["a_1.weight", "__proto__"]);
      assert.equal(values.get("a_1.weight"), checkpoint(1).standing.state.get("a.weight"));
      const other = await readCheckpoint(cwd, state, renamed);
      assert.ok(isProblem(other));
    }));

  test("none is none", () => inFolder({}, async (cwd) => assert.is(await read(cwd), undefined)));

  test("damage is named, whatever it is", () =>
    inFolder({}, async (cwd) => {
      await writeCheckpoint(cwd, run, checkpoint(1));
      const state = readFileSync(join(cwd, "state.json"), "utf8");
      const file = readFileSync(join(cwd, "state-1.safetensors"));
      const { digest, ...about } = JSON.parse(state) as Record<string, unknown>;
      const texts = [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"x"',
        "\ufffd\u0000",
        JSON.stringify({ ...about, digest: "0".repeat(64) }),
        JSON.stringify({ ...about, seconds: 0, digest }),
        "[".repeat(100_000) + "]".repeat(100_000),
        `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
        ...["schemaVersion", "epochsDone", "steps", "slots", "metrics"].map((key) =>
          sealed({ ...about, [key]: undefined }),
        ),
        sealed({ ...about, schemaVersion: 1 }),
        sealed({ ...about, epochsDone: -1 }),
        sealed({ ...about, epochsDone: 5 }),
        sealed({ ...about, slots: { ...(about.slots as object), file: "../../etc/passwd" } }),
        sealed({ ...about, slots: { ...(about.slots as object), file: "state-9.safetensors" } }),
        sealed({ ...about, slots: null }),
        sealed({ ...about, metrics: [null] }),
        sealed({ ...about, metrics: [{ ...(about.metrics as object[])[0], loss: "<script>" }] }),
        sealed({ ...about, metrics: [{ ...(about.metrics as object[])[0], more: "<script>" }] }),
        sealed({ ...about, best: { epoch: 1, loss: 1, accuracy: 1, meanClassAccuracy: 1, weights: "other" } }),
        sealed({ ...about, steps: 4 }),
      ];
      for (const text of texts) {
        writeFileSync(join(cwd, "state.json"), text);
        const code = await codeOf(read(cwd));
        assert.is(code, "train/bad-checkpoint", text.slice(0, 100));
      }
      rmSync(join(cwd, "state.json"));
      assert.is(spawnSync("mkfifo", [join(cwd, "state.json")]).status, 0);
      assert.is(await codeOf(read(cwd)), "train/bad-checkpoint", "a pipe, which never ends");
      rmSync(join(cwd, "state.json"));
      writeFileSync(join(cwd, "state.json"), Uint8Array.of(0xff, 0xfe, 0x7b));
      assert.is(await codeOf(read(cwd)), "train/bad-checkpoint");
      writeFileSync(join(cwd, "state.json"), state);
      for (const bytes of [
        file.subarray(0, 20),
        file.subarray(0, -1),
        new Uint8Array(),
        Buffer.from(file).fill(7, file.length - 4),
      ]) {
        writeFileSync(join(cwd, "state-1.safetensors"), bytes);
        assert.is(await codeOf(read(cwd)), "train/bad-checkpoint");
      }
      writeFileSync(join(cwd, "state-1.safetensors"), file);
      assert.is(await codeOf(read(cwd, new Map([...slots, ["b", 1]]))), "train/bad-checkpoint");
      assert.is(await codeOf(read(cwd, new Map([["a.weight", 3]]))), "train/bad-checkpoint");
      assert.is(await codeOf(read(cwd)), "none");
    }));
});

suite("run folders", (test) => {
  test("the first number that is free", () =>
    inFolder({ "runs/A-1/x": "", "runs/A-3": "a file" }, async (cwd) => {
      assert.is(await freeRunFolder(join(cwd, "runs"), "A"), join(cwd, "runs/A-2"));
      assert.is(await freeRunFolder(join(cwd, "none"), "A"), join(cwd, "none/A-1"));
    }));
});
