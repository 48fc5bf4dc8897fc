import fc from "fast-check";
import * as assert from "uvu/assert";
import { ticksOf } from "../../src/report/axis.js";
import { curvesSvg } from "../../src/report/curves-svg.js";
import { suite } from "../support/suite.js";
import { parseXml } from "../targets/svg/picture.js";
import { record, someRecords } from "./some-run.js";

const records = someRecords(12);

const best = { epoch: 12, accuracy: 0.825, meanClassAccuracy: 0.8, loss: 0.2, weights: "current" } as const;

const pointsOf = (svg: string): readonly (readonly [number, number])[][] =>
  [...svg.matchAll(/points="([^"]*)"/g)].map(([, points = ""]) =>
    points
      .split(" ")
      .filter((p) => p !== "")
      .map((point) => point.split(",").map(Number) as [number, number]),
  );

suite("curves", (test) => {
  test("a line for each measure, a point for each epoch, left to right; better accuracy stands higher, less loss lower", () => {
    const svg = curvesSvg({ title: "Net", records, best });
    const lines = pointsOf(svg);
    // Accuracy of training, held out, mean of classes; both losses; the rate.
    assert.equal(
      lines.map((line) => line.length),
      [12, 12, 12, 12, 12, 12],
    );
    for (const line of lines)
      assert.equal(
        line.map(([x]) => x),
        line.map(([x]) => x).toSorted((a, b) => a - b),
      );
    for (const accuracy of lines.slice(0, 3)) assert.ok(accuracy.at(-1)![1] < accuracy[0]![1], "y goes down the page");
    for (const loss of lines.slice(3, 5)) assert.ok(loss.at(-1)![1] > loss[0]![1]);
    assert.match(svg, "best 82.5%");
  });

  test("averages have a line of their own where there are any", () => {
    const averaged = records.map((each) => ({ ...each, averageValidationLoss: 1, averageValidationAccuracy: 0.5 }));
    assert.is(pointsOf(curvesSvg({ title: "Net", records: averaged, best: undefined })).length, 8);
  });

  test("a title is text, not markup; odd runs make well-formed pictures without NaN", () => {
    const odd = [
      [],
      [record(1)],
      [record(1, { loss: -3, validationLoss: -3 })],
      [record(1, { loss: Number.NaN }), record(2, { loss: Number.POSITIVE_INFINITY })],
      Array.from({ length: 3 }, (_, i) =>
        record(i + 1, { loss: 5, validationLoss: 5, accuracy: 0, validationAccuracy: 0 }),
      ),
    ];
    for (const some of odd) {
      for (const lossScale of [undefined, 30]) {
        const svg = curvesSvg({ title: '<script>&"\u0007', records: some, best: undefined, lossScale });
        assert.match(svg, "&lt;script&gt;&amp;&quot;\u2407");
        assert.not.match(svg, /NaN|Infinity|undefined|<script/);
        parseXml(svg);
      }
    }
  });

  test("ticks are round, equally far apart, and enclose the values", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (low, range) => {
          const ticks = ticksOf(low, low + range, 5);
          const step = ticks[1]! - ticks[0]!;
          assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks.length));
          assert.ok(ticks[0]! <= low + step * 1e-6 && ticks.at(-1)! >= low + range - step * 1e-6, ticks.join(" "));
          const leading = Number(step.toExponential().split("e")[0]);
          assert.ok(
            [1, 2, 5, 10].some((nice) => Math.abs(leading - nice) < 1e-3),
            String(step),
          );
        },
      ),
    );
    assert.equal(ticksOf(0.1, 0.3, 4), [0.1, 0.15, 0.2, 0.25, 0.3]);
  });
});
