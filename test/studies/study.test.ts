import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import * as assert from "uvu/assert";
import { type FoundRun, findRuns } from "../../src/studies/gather.js";
import { identityOf } from "../../src/studies/settings.js";
import { spreadOf } from "../../src/studies/statistics.js";
import { mixtures, planRuns, type StudyRow, statusOf } from "../../src/studies/study.js";
import { studySvg } from "../../src/studies/study-plot.js";
import { figuresOf, resultsCsv, studyTable } from "../../src/studies/study-tables.js";
import { sealed } from "../../src/training/sealed-json.js";
import { cellsOf } from "../support/csv.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const row = (beta: string): StudyRow => ({
  cells: new Map([["beta", beta]]),
  recipe: "R",
  title: "",
  settings: new Map([["beta", beta]]),
});

const run = (beta: string, seed: number, more: Partial<FoundRun> = {}): FoundRun => ({
  folder: `beta=${beta}/seed-${seed}`,
  identity: identityOf("R", row(beta).settings, seed),
  sourceSha256: "s",
  fingerprint: `f${seed}`,
  limit: undefined,
  epochs: 2,
  done: 2,
  isThrough: true,
  best: { epoch: 2, accuracy: 0.5 + 0.1 * seed, meanClassAccuracy: 0.4, loss: 1 },
  seconds: 1,
  ...more,
});

const wanted = { epochsOf: () => 2, limit: undefined };

const line = (epoch: number, accuracy: number, more: object = {}): string =>
  `${JSON.stringify({
    schemaVersion: 1,
    epoch,
    steps: epoch,
    lr: 0.1,
    loss: 1,
    accuracy: 0.5,
    validationLoss: 1,
    validationAccuracy: accuracy,
    validationMeanClassAccuracy: accuracy / 2,
    evaluation: "single_view",
    picturesPerSecond: 1,
    seconds: 2,
    ...more,
  })}\n`;

const record = (more: object = {}): string =>
  sealed({
    recipe: { name: "R" },
    settings: { beta: "0.2" },
    seed: 3,
    epochs: 2,
    limit: null,
    sourceSha256: "s",
    data: { fingerprint: "f" },
    ...more,
  });

suite("runs on a disk", (test) => {
  test("are found wherever they lie; what is none, or broken, is no run and stops nobody", () =>
    inFolder(
      {
        "a/seed-3/run.json": record(),
        "a/seed-3/metrics.jsonl": line(1, 0.9) + line(2, 0.7),
        "a/seed-3/model.onnx": "",
        "deep/er/b/run.json": record({ seed: 4, settings: {} }),
        "deep/er/b/metrics.jsonl": `${line(1, 0.25)}{"half`,
        "c/run.json": "{",
        "d/run.json": "[".repeat(1000),
        "e/run.json": record({ seed: "x" }),
        "f/metrics.jsonl": line(1, 1),
        "g/run.json": record({
          seed: 5,
          result: { best: { epoch: 1, accuracy: 0.1, meanClassAccuracy: 0.9, loss: 3 } },
        }),
        "g/metrics.jsonl": line(1, 0.1),
        "g/model.onnx": "",
        "h.txt": "",
      },
      async (cwd) => {
        mkdirSync(join(cwd, "i/run.json"), { recursive: true });
        writeFileSync(join(cwd, "i/metrics.jsonl"), "");
        const [a, b, g, ...others] = await findRuns(cwd);
        assert.equal(others, []);
        assert.is(a!.identity, identityOf("R", new Map([["beta", "0.20"]]), 3));
        assert.equal(a!.best, { epoch: 1, accuracy: 0.9, meanClassAccuracy: 0.45, loss: 1 });
        assert.equal([a!.isThrough, a!.done, a!.seconds], [true, 2, 4]);
        assert.equal([b!.isThrough, b!.done, b!.best?.accuracy], [false, 1, 0.25]);
        // A run that stopped early, and chose its best epoch by another measure.
        assert.equal([g!.isThrough, g!.best?.meanClassAccuracy], [true, 0.9]);
      },
    ));

  test("the moving average of the weights counts where it did better", () =>
    inFolder(
      {
        "run.json": record(),
        "metrics.jsonl": line(1, 0.5, {
          averageValidationAccuracy: 0.8,
          averageValidationLoss: 0.5,
          averageValidationMeanClassAccuracy: 0.6,
        }),
      },
      async (cwd) => {
        const [found] = await findRuns(cwd);
        assert.equal(found!.best, { epoch: 1, accuracy: 0.8, meanClassAccuracy: 0.6, loss: 0.5 });
      },
    ));
});

suite("a study's tables", (test) => {
  const rows = [row("0"), row("0.1")];
  const planned = planRuns(rows, 2, () => 0);

  test("what is there is taken by settings and seed; what is too short goes on, what is not there is missing", () => {
    const found = [run("0.1", 1), run("0", 0), run("0", 1, { epochs: 1, done: 1 }), run("7", 0)];
    assert.equal(
      statusOf(planned, found, wanted).map(({ state }) => state),
      ["finished", "begun", "missing", "finished"],
    );
    assert.is(statusOf(planned, [run("0", 0, { isThrough: false })], wanted)[0]!.state, "begun");
  });

  test("mean and deviation are those of the finished runs, and the CSV has the numbers themselves", () => {
    const statuses = statusOf(planned, [run("0", 0), run("0", 1), run("0.1", 0)], wanted);
    const figures = figuresOf(statuses, () => new Map([["params", 1234]]));
    assert.ok(Math.abs(figures[0]!.accuracy!.mean - 0.55) < 1e-12);
    assert.equal(
      studyTable(figures).rows.map(({ cells }) => cells),
      [
        ["0", "1,234", "2", "55.00 ± 7.07", "40.00 ± 0.00"],
        ["0.1", "1,234", "1 of 2", "50.00", "40.00"],
      ],
    );
    const csv = cellsOf(resultsCsv(statuses, figures, ({ planned: { folder } }) => folder));
    assert.equal(csv[0]!.slice(0, 8), [
      "beta",
      "recipe",
      "settings",
      "seed",
      "state",
      "epochs",
      "best_epoch",
      "accuracy",
    ]);
    assert.is(csv.length, 5);
    assert.equal(
      csv.map((cells) => cells.length),
      [13, 13, 13, 13, 13],
    );
    assert.equal(csv[4]!.slice(3, 8), ["1", "missing", "", "", ""]);
    assert.is(csv[1]!.at(-1), "beta=0/seed-0");
  });

  // Python: statistics.stdev([0.1, 0.4, 0.35, 0.7]) = 0.2462214450449026
  test("the deviation is the sample's, over n - 1", () => {
    assert.is(spreadOf([]), undefined);
    assert.equal(spreadOf([0.3]), { count: 1, mean: 0.3, deviation: undefined });
    assert.ok(Math.abs(spreadOf([0.1, 0.4, 0.35, 0.7])!.deviation! - 0.2462214450449026) < 1e-15);
  });

  test("runs of one seed over other pictures, other limits, or longer than asked for are told", () => {
    const told = (...found: readonly FoundRun[]) =>
      mixtures(statusOf(planned, found, wanted), wanted).map(({ what }) => what);
    assert.equal(told(run("0", 0), run("0.1", 0), run("0", 1)), []);
    assert.equal(told(run("0", 0), run("0.1", 0, { fingerprint: "other" })), ["pictures at seed 0"]);
    assert.equal(told(run("0", 0), run("0.1", 0, { limit: 9 })), ["--limit"]);
    assert.equal(told(run("0", 0, { epochs: 3 })), ["epochs"]);
  });
});

suite("a study's plot", (test) => {
  const spread = (mean: number, deviation?: number) => ({ count: 3, mean, deviation });

  const checked = (svg: string): string => {
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.write(svg).close();
    assert.not.match(svg, /NaN|Infinity|undefined/);
    return svg;
  };

  test("a mark for each value, higher where it is better, a bar where there are several seeds", () => {
    const points = [
      { at: "0", spread: spread(0.5, 0.1) },
      { at: "0.5", spread: spread(0.9) },
      { at: "1", spread: spread(0.7, 0.05) },
    ];
    const svg = checked(studySvg({ title: "R over beta", across: "beta", lines: [{ name: "beta", points }], left: 0 }));
    const marks = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4" fill="#0072b2"><title>/g)].map(
      ([, x, y]) => [Number(x), Number(y)],
    );
    const [a, b, c] = marks as [number[], number[], number[]];
    assert.ok(a[0]! < b[0]! && b[0]! < c[0]! && Math.abs(b[0]! - (a[0]! + c[0]!) / 2) < 0.2);
    assert.ok(b[1]! < c[1]! && c[1]! < a[1]!);
    assert.is(svg.match(/h8M/g)?.length, 2);
    assert.match(svg, /prefers-color-scheme:dark/);
    assert.match(svg, /0: 50\.00 % ± 10\.00, 3 runs/);
  });

  test("names, one value, no value at all and hostile names are drawn, too", () => {
    const hostile = '"><script>&';
    checked(
      studySvg({
        title: hostile,
        across: hostile,
        lines: [{ name: hostile, points: [{ at: hostile, spread: spread(1, 0) }] }],
        left: 2,
      }),
    );
    checked(studySvg({ title: "", across: "", lines: [{ name: "", points: [] }], left: 0 }));
    checked(
      studySvg({ title: "", across: "lr", lines: [{ name: "", points: [{ at: "0.1", spread: spread(0) }] }], left: 0 }),
    );
  });
});
