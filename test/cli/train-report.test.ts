import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { reportEpoch } from "../../src/cli/run-report.js";
import { wholeRecords } from "../../src/report/tensorboard/record-file.js";
import { runFiles } from "../../src/training/run-files.js";
import { someRecords } from "../report/some-run.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const line = "train m.lfer --recipe Try --data generated --limit 48 --threads 1 --out run".split(" ");
const files = { "m.lfer": smallSource({ run: "batch: 16, epochs: 2" }) };

const eventsIn = (cwd: string): number => wholeRecords(readFileSync(join(cwd, "run", runFiles.events))).length - 1;
const page = (cwd: string): string => readFileSync(join(cwd, "run/report.html"), "utf8");

suite("what a training leaves to look at", (test) => {
  test("a page with the pictures it is wrong about, the matrix, an event an epoch; the figures in the terminal", () =>
    inFolder(files, async (cwd) => {
      const ran = await callLferc(line, cwd);
      assert.is(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, /^mean-class accuracy [\d.]+%, macro-F1 [\d.]+, calibration error [\d.]+%$/m);
      assert.match(ran.stdout, /^found of each class: [\d.]+% surprise, [\d.]+% happy/m);
      assert.ok(existsSync(join(cwd, "run/confusion.svg")));
      assert.match(page(cwd), "finished: 2 of 2 epochs");
      assert.match(page(cwd), '<img alt="" src="data:image/png;base64,');
      assert.is(eventsIn(cwd), 2);
      // A longer run: everything is made again, and each epoch occurs once.
      const longer = await callLferc([...line, "--resume", "--epochs", "3"], cwd);
      assert.is(longer.code, 0, longer.stderr);
      assert.match(page(cwd), "finished: 3 of 3 epochs");
      assert.is(eventsIn(cwd), 3);
      const told = await callLferc(["report", "run"], cwd);
      assert.is(told.code, 0, told.stderr);
      assert.match(page(cwd), "finished: 3 of 3 epochs");
    }));

  test("events are there after each epoch, and whole at the end of a run that was killed before it wrote its last", () =>
    inFolder(files, async (cwd) => {
      mkdirSync(join(cwd, "run"));
      const records = someRecords(1);
      assert.is(await reportEpoch({ folder: join(cwd, "run"), title: "a run", records, best: undefined }), undefined);
      assert.is(eventsIn(cwd), 1);
      rmSync(join(cwd, "run"), { recursive: true });
      await callLferc(line, cwd);
      rmSync(join(cwd, "run", runFiles.events));
      assert.is((await callLferc([...line, "--resume"], cwd)).code, 0);
      assert.is(eventsIn(cwd), 2);
    }));

  test("a page that cannot be written is told, and costs nothing of what was written before", () =>
    inFolder(files, async (cwd) => {
      await callLferc(line, cwd);
      rmSync(join(cwd, "run/report.html"));
      mkdirSync(join(cwd, "run/report.html"));
      const told = await callLferc(["report", "run"], cwd);
      assert.equal([told.code, codesIn(told.stderr)], [1, ["train/cannot-write"]]);
      assert.match(told.stdout, "run: curves.svg, confusion.svg\n");
      const again = await callLferc([...line, "--resume"], cwd);
      assert.equal([again.code, codesIn(again.stderr)], [1, ["train/cannot-write"]]);
      assert.ok(existsSync(join(cwd, "run/model.onnx")));
    }));
});
