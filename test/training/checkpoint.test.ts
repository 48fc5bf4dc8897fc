import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../src/training/checkpoint.js";
import type { EpochRecord } from "../../src/training/metrics.js";
import { freeRunFolder, isOccupied } from "../../src/training/run-folder.js";
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
  evaluation: "single_view",
  picturesPerSecond: 100,
  seconds: 1,
});

const checkpoint = (epochs: number): Checkpoint => ({
  standing: {
    epochsDone: epochs,
    steps: epochs * 3,
    best: { epoch: 1, loss: 2, accuracy: 0.25, weights: "current" },
    state: new Map([
      ["a.weight", Float32Array.of(epochs, -0, 1e-40)],
      ["__proto__", Float32Array.of(0.1)],
    ]),
  },
  metrics: Array.from({ length: epochs }, (_, i) => record(i + 1)),
});

const slots = new Map([
  ["a.weight", 3],
  ["__proto__", 1],
]);

const codeOf = async (found: ReturnType<typeof readCheckpoint>): Promise<string> => {
  const value = await found;
  return isProblem(value) ? value.diagnose({}).code : "none";
};

suite("checkpoints", (test) => {
  test("what is written comes back, to the last bit; only the newest slots stay", () =>
    inFolder({ "model.lfer": "" }, async (cwd) => {
      for (const epochs of [1, 2]) assert.is(await writeCheckpoint(cwd, "id", checkpoint(epochs)), undefined);
      assert.equal(readdirSync(cwd).toSorted(), ["model.lfer", "state-2.safetensors", "state.json"]);
      const read = await readCheckpoint(cwd, "id", slots);
      assert.not.ok(isProblem(read));
      assert.equal(read, checkpoint(2));
      assert.ok(Object.is(!isProblem(read) && read?.standing.state.get("a.weight")?.[1], -0));
    }));

  test("a run killed between the two files stands where it stood before", () =>
    inFolder({}, async (cwd) => {
      await writeCheckpoint(cwd, "id", checkpoint(1));
      const [slotsBefore, stateBefore] = [
        readFileSync(join(cwd, "state-1.safetensors")),
        readFileSync(join(cwd, "state.json")),
      ];
      await writeCheckpoint(cwd, "id", checkpoint(2));
      // As if it had been killed after the slots of epoch 2 were written.
      writeFileSync(join(cwd, "state-1.safetensors"), slotsBefore);
      writeFileSync(join(cwd, "state.json"), stateBefore);
      assert.equal(await readCheckpoint(cwd, "id", slots), checkpoint(1));
    }));

  test("none is none; another run's is refused", () =>
    inFolder({}, async (cwd) => {
      assert.is(await readCheckpoint(cwd, "id", slots), undefined);
      await writeCheckpoint(cwd, "id", checkpoint(1));
      assert.is(await codeOf(readCheckpoint(cwd, "other", slots)), "train/another-run");
    }));

  test("damage is named, whatever it is", () =>
    inFolder({}, async (cwd) => {
      await writeCheckpoint(cwd, "id", checkpoint(1));
      const state = readFileSync(join(cwd, "state.json"), "utf8");
      const file = readFileSync(join(cwd, "state-1.safetensors"));
      const about = JSON.parse(state) as Record<string, unknown>;
      const texts = [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"x"',
        "\ufffd\u0000",
        ...["schemaVersion", "identity", "epochsDone", "steps", "slots", "metrics"].map((key) =>
          JSON.stringify({ ...about, [key]: undefined }),
        ),
        JSON.stringify({ ...about, schemaVersion: 2 }),
        JSON.stringify({ ...about, epochsDone: -1 }),
        JSON.stringify({ ...about, epochsDone: 5 }),
        JSON.stringify({ ...about, slots: { ...(about.slots as object), file: "../../etc/passwd" } }),
        JSON.stringify({ ...about, slots: { ...(about.slots as object), file: "state-9.safetensors" } }),
        JSON.stringify({ ...about, slots: null }),
        JSON.stringify({ ...about, metrics: [null] }),
        JSON.stringify({ ...about, metrics: [{ ...(about.metrics as object[])[0], loss: "<script>" }] }),
        JSON.stringify({ ...about, metrics: [{ ...(about.metrics as object[])[0], more: "<script>" }] }),
        JSON.stringify({ ...about, best: { epoch: 1, loss: 1, accuracy: 1, weights: "other" } }),
      ];
      for (const text of texts) {
        writeFileSync(join(cwd, "state.json"), text);
        const code = await codeOf(readCheckpoint(cwd, "id", slots));
        assert.ok(code === "train/bad-checkpoint" || code === "train/another-run", `${text}: ${code}`);
      }
      rmSync(join(cwd, "state.json"));
      assert.is(spawnSync("mkfifo", [join(cwd, "state.json")]).status, 0);
      assert.is(await codeOf(readCheckpoint(cwd, "id", slots)), "train/bad-checkpoint", "a pipe, which never ends");
      rmSync(join(cwd, "state.json"));
      writeFileSync(join(cwd, "state.json"), Uint8Array.of(0xff, 0xfe, 0x7b));
      assert.is(await codeOf(readCheckpoint(cwd, "id", slots)), "train/bad-checkpoint");
      writeFileSync(join(cwd, "state.json"), state);
      for (const bytes of [
        file.subarray(0, 20),
        file.subarray(0, -1),
        new Uint8Array(),
        Buffer.from(file).fill(7, file.length - 4),
      ]) {
        writeFileSync(join(cwd, "state-1.safetensors"), bytes);
        assert.is(await codeOf(readCheckpoint(cwd, "id", slots)), "train/bad-checkpoint");
      }
      writeFileSync(join(cwd, "state-1.safetensors"), file);
      assert.is(await codeOf(readCheckpoint(cwd, "id", new Map([...slots, ["b", 1]]))), "train/bad-checkpoint");
      assert.is(await codeOf(readCheckpoint(cwd, "id", new Map([["a.weight", 3]]))), "train/bad-checkpoint");
      assert.is(await codeOf(readCheckpoint(cwd, "id", slots)), "none");
    }));
});

suite("run folders", (test) => {
  test("the first number that is free; occupied is what has anything in it", () =>
    inFolder({ "runs/A-1/x": "", "runs/A-3": "a file", "full/.hidden": "" }, async (cwd) => {
      assert.is(await freeRunFolder(join(cwd, "runs"), "A"), join(cwd, "runs/A-2"));
      assert.is(await freeRunFolder(join(cwd, "none"), "A"), join(cwd, "none/A-1"));
      mkdirSync(join(cwd, "empty"));
      assert.is(await isOccupied(join(cwd, "empty")), false);
      assert.is(await isOccupied(join(cwd, "nowhere")), false);
      assert.is(await isOccupied(join(cwd, "full")), true);
      assert.ok(isProblem(await isOccupied(join(cwd, "runs/A-3"))));
    }));
});
