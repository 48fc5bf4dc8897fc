import { Writable } from "node:stream";
import * as assert from "uvu/assert";
import { fitFields } from "../../src/cli/fields.js";
import { liveLine } from "../../src/cli/live-line.js";
import { columnsOf } from "../../src/cli/terminal.js";
import { epochFields, stepFields } from "../../src/cli/train-progress.js";
import { duration } from "../../src/diagnostics/number-text.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { textWidth } from "../../src/diagnostics/text-width.js";
import { suite } from "../support/suite.js";

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
  evaluationSeconds: 3,
  seconds: 61,
} as const;

const progress = { epoch: 1, step: 2, stepsPerEpoch: 9, lr: 0.1, loss: 1, accuracy: 0.5, picturesPerSecond: 10 };

/** A terminal, or a file, that keeps what is written. */
function stream(isTTY: boolean, columns = 30) {
  const written: string[] = [];
  const made = Object.assign(
    new Writable({
      write: (chunk, _, done) => {
        written.push(String(chunk));
        done();
      },
    }),
    { isTTY, columns },
  );
  return { written, stream: made as unknown as NodeJS.WriteStream };
}

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

  test("an epoch's line has every figure, and says what the best is best by", () => {
    const line = (of: Parameters<typeof epochFields>[0], isBest: boolean, bestBy: "accuracy" | "mean_class_accuracy") =>
      fitFields(epochFields(of, { epochs: 12, isBest, bestBy }, plainPaint), 500);
    assert.is(
      line(record, true, "accuracy"),
      "epoch  3/12  loss 0.2500  accuracy 90.0%  held out: 81.3% best  mean-class 75.0%  loss 0.5000  lr 0.00512  312 pictures/s  58 s + 3.0 s",
    );
    assert.match(line(record, true, "mean_class_accuracy"), "held out: 81.3%  mean-class 75.0% best  ");
    assert.not.match(line(record, false, "accuracy"), "best");
    const averaged = { ...record, averageValidationLoss: 0.4, averageValidationAccuracy: 0.9 };
    assert.match(line(averaged, false, "accuracy"), /mean-class 75\.0% {2}average 90\.0% {2}loss 0\.5000/);
  });

  test("in 80 columns an epoch's line keeps what counts: both accuracies, the loss, how long it took and how long it was judged", () => {
    const fields = epochFields(record, { epochs: 120, isBest: true, bestBy: "accuracy" }, plainPaint);
    const line = fitFields(fields, 80);
    assert.is(line, "epoch   3/120  loss 0.2500  held out: 81.3% best  mean-class 75.0%  58 s + 3.0 s");
  });

  test("narrower and narrower: the least important goes first, ETA stays to the end", () => {
    const fields = stepFields(progress, 4, 90);
    const whole = "epoch 1/4  step 2/9  loss 1.0000  accuracy 50.0%  lr 0.1  10 pictures/s  ETA 1:30";
    assert.is(fitFields(fields, 200), whole);
    const lines = new Set<string>();
    for (let columns = 90; columns >= 8; columns--) {
      const line = fitFields(fields, columns);
      assert.ok(textWidth(line) <= columns, `${line}: more than ${columns}`);
      assert.match(line, /ETA 1:30$/);
      lines.add(line);
    }
    assert.equal(
      [...lines],
      [
        whole,
        "epoch 1/4  step 2/9  loss 1.0000  accuracy 50.0%  10 pictures/s  ETA 1:30",
        "epoch 1/4  step 2/9  loss 1.0000  accuracy 50.0%  ETA 1:30",
        "epoch 1/4  loss 1.0000  accuracy 50.0%  ETA 1:30",
        "epoch 1/4  loss 1.0000  ETA 1:30",
        "epoch 1/4  ETA 1:30",
        "ETA 1:30",
      ],
    );
    assert.is(fitFields(fields, 5), "ETA …");
  });

  test("a terminal's line renews itself, no wider than it is, not more often than eyes need, gone when cleared", () => {
    const { written, stream: terminal } = stream(true);
    let time = 1000;
    const line = liveLine({ stream: terminal, now: () => time });
    const fields = stepFields(progress, 4, 90);
    line.show(fields);
    time += 99;
    line.show("too soon");
    time += 1;
    line.show("日本語のとても長い名前のフォルダ.png");
    line.clear();
    line.clear();
    assert.equal(written, [
      "\r\u001b[2Kepoch 1/4  ETA 1:30",
      "\r\u001b[2K日本語のとても長い名前のフォ…",
      "\r\u001b[2K",
    ]);
  });

  test("elsewhere a line every half minute, and none soon after other text; nobody's log gets none", () => {
    const { written, stream: file } = stream(false);
    const log: string[] = [];
    let time = 0;
    const line = liveLine({ stream: file, now: () => time, log: (text) => void log.push(`${time / 1000}: ${text}`) });
    const silent = liveLine({ stream: file, now: () => time });
    for (; time <= 100_000; time += 10_000) {
      if (time === 50_000) line.clear();
      line.show(`step ${time}`);
      silent.show("nothing");
    }
    assert.equal(log, ["30: step 30000\n", "80: step 80000\n"]);
    assert.equal(written, []);
  });
});

suite("the width of a terminal", (test) => {
  for (const [stream, env, columns] of [
    [{ isTTY: true, columns: 132 }, { COLUMNS: "60" }, 132],
    [{ isTTY: true }, { COLUMNS: "60" }, 60],
    [{ isTTY: true, columns: 0 }, {}, 80],
    [{ columns: 132 }, {}, 80],
    [{}, { COLUMNS: "120" }, 120],
    [{}, { COLUMNS: "wide" }, 80],
    [{}, { COLUMNS: "-3" }, 80],
    [{}, { COLUMNS: "1" }, 20],
    [{}, { COLUMNS: "999999" }, 500],
  ] as const) {
    test(`${JSON.stringify([stream, env])}: ${columns}`, () => assert.is(columnsOf(stream, env), columns));
  }
});
