import { Writable } from "node:stream";
import * as assert from "uvu/assert";
import { duration, epochLine, liveLine, stepLine } from "../../src/cli/train-progress.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { suite } from "../support/suite.js";

suite("the progress of a run", (test) => {
  for (const [seconds, text] of [
    [0, "0.0 s"],
    [0.44, "0.4 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1:00"],
    [125, "2:05"],
    [3599.7, "1:00:00"],
    [36_725, "10:12:05"],
  ] as const) {
    test(`${seconds} seconds are ${text}`, () => assert.is(duration(seconds), text));
  }

  test("an epoch's line has every figure", () => {
    const record = {
      schemaVersion: 1,
      epoch: 3,
      steps: 30,
      lr: 0.00512345,
      loss: 0.25,
      accuracy: 0.9,
      validationLoss: 0.5,
      validationAccuracy: 0.8125,
      validationMeanClassAccuracy: 0.75,
      evaluation: "single_view",
      picturesPerSecond: 312.4,
      seconds: 61,
    } as const;
    assert.is(
      epochLine(record, 12, true, plainPaint),
      "epoch  3/12  loss 0.2500  accuracy  90.0%  held out: loss 0.5000  accuracy  81.3%  lr 0.00512  312 images/s  1:01  best\n",
    );
    const averaged = { ...record, averageValidationLoss: 0.4, averageValidationAccuracy: 0.9 };
    assert.match(
      epochLine(averaged, 12, false, plainPaint),
      /accuracy {2}81\.3% {2}average 90\.0% {2}lr [^\n]*1:01\n$/,
    );
  });

  test("a line that renews itself: on terminals alone, no wider than they are, gone when cleared", () => {
    const progress = { epoch: 1, step: 2, stepsPerEpoch: 9, lr: 0.1, loss: 1, accuracy: 0.5, picturesPerSecond: 10 };
    const text = stepLine(progress, 4, 90);
    assert.is(text, "epoch 1/4  step 2/9  loss 1.0000  accuracy 50.0%  lr 0.1  10 images/s  ETA 1:30");
    const write = (isTTY: boolean): string => {
      const written: string[] = [];
      const stream = Object.assign(
        new Writable({
          write: (chunk, _, done) => {
            written.push(String(chunk));
            done();
          },
        }),
        { isTTY, columns: 30 },
      );
      const line = liveLine(stream as unknown as NodeJS.WriteStream);
      line.show(text);
      line.clear();
      line.clear();
      return written.join("");
    };
    assert.is(write(false), "");
    assert.is(write(true), `\r\u001b[2K${text.slice(0, 29)}\r\u001b[2K`);
  });
});
