// ONNX Runtime is loaded in one place, which turns off its telemetry and its log.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { inFolder, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { loadedInWorker } from "./load-in-worker.js";
import { failingModel, talkativeModel } from "./loud-models.js";

const loader = fileURLToPath(new URL("../../src/deploy/onnx-runtime.ts", import.meta.url));

suite("ONNX Runtime's telemetry", (test) => {
  test("is off in the process's own environment, whatever it was before", () => {
    const script = `
      import { readFileSync } from "node:fs";
      import { spawnSync } from "node:child_process";
      const { loadOnnxRuntime } = await import(${JSON.stringify(loader)});
      await loadOnnxRuntime();
      process.stdout.write(spawnSync(process.execPath, ["-p", "process.env.ORT_DISABLE_TELEMETRY"]).stdout);`;
    for (const before of [{}, { ORT_DISABLE_TELEMETRY: "0" }]) {
      const ran = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
        cwd: root,
        encoding: "utf8",
        env: { PATH: process.env.PATH, ...before },
      });
      assert.is(ran.stdout.trim(), "1", ran.stderr);
    }
  });

  test("keeps a worker thread from loading it, whose environment never reaches native code", async () => {
    assert.is(await loadedInWorker({}), "onnx/worker-thread");
    assert.is(await loadedInWorker({ ORT_DISABLE_TELEMETRY: "0" }), "onnx/worker-thread");
  });

  test.native("is no matter in a worker thread of a process that turned it off", async () => {
    assert.is(await loadedInWorker({ ORT_DISABLE_TELEMETRY: "1" }), "loaded");
  });
});

/** Its lines begin with a colour code, the time and `[W:onnxruntime:...`. */
const isLoud = (text: string): boolean => /\[[VIWEF]:onnxruntime/.test(text) || text.includes("\u001b");

suite("ONNX Runtime's log", (test) => {
  test.native("prints no line of its own beside the diagnostic of a model that fails", () =>
    inFolder({ "m.onnx": failingModel() }, (cwd) => {
      const { code, stderr } = runLferc(["bench", "m.onnx"], { cwd });
      assert.is(code, 1);
      assert.match(stderr, /^error\[data\/model-does-not-run\]/);
      assert.not.ok(isLoud(stderr), stderr);
    }),
  );

  test.native("prints no warning of a model that runs", () =>
    inFolder({ "m.onnx": talkativeModel() }, (cwd) => {
      const { code, stderr } = runLferc(["bench", "m.onnx", "--steps", "2"], { cwd });
      assert.is(code, 0);
      assert.not.ok(isLoud(stderr), stderr);
    }),
  );
});
