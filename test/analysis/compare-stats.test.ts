import * as assert from "uvu/assert";
import { compareStats, pairModels } from "../../src/analysis/compare-stats.js";
import { readStats } from "../../src/analysis/read-stats.js";
import { renderComparisons } from "../../src/analysis/render/comparisons.js";
import { type Stats, statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { percentText, signed } from "../../src/diagnostics/number-text.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const text = (body: string): string => `lfer 1

model M {
  input image: float32[N, 3, 16, 16]
  ${body}
  output logits
}
`;

async function count(body: string): Promise<Stats> {
  const { models, diagnostics } = await compile(text(body));
  const [model] = models;
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const stats = statsOf(model.graph);
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  return JSON.parse(JSON.stringify(stats)) as Stats;
}

const before = await count(
  "stem = image -> conv(8) -> relu   logits = stem -> global_avg_pool -> flatten -> linear(4)",
);
const wider = await count(
  "stem = image -> conv(12) -> relu   logits = stem -> global_avg_pool -> flatten -> linear(4)",
);
const renamed = await count(
  "body = image -> conv(8) -> relu   logits = body -> global_avg_pool -> flatten -> linear(4)",
);
const longer = await count("stem = image -> conv(8) -> batch_norm -> relu   logits = stem -> flatten -> linear(4)");

const against = (stats: Stats | undefined, after: Stats | undefined) =>
  compareStats({ path: "base.json", stats }, after);

const render = (base: readonly Stats[], now: readonly Stats[], format: "pretty" | "json" | "markdown" | "csv") =>
  renderComparisons({ base, path: "base.json", now, gone: true }, format, {
    conventions: ["fvcore"],
    depth: 2,
    paint: plainPaint,
    width: undefined,
  });

suite("comparing two records", (test) => {
  test("a model with itself: no change, said plainly in every format", () => {
    const same = against(before, before);
    assert.is(same.status, "unchanged");
    assert.is(render([before], [before], "pretty"), "M  no change against base.json\n");
    assert.is(render([before], [before], "markdown"), "No change against `base.json`: `M`.\n");
    assert.is(render([before], [before], "csv").trimEnd().split("\n").length, 1);
    assert.is((JSON.parse(render([before], [before], "json")) as { status: string }).status, "unchanged");
  });

  test("a wider layer: it and what reads it changed, nothing moved; the differences add up", () => {
    const { status, layers, params, counts } = against(before, wider);
    assert.is(status, "changed");
    assert.equal(
      layers.changed.map(({ path }) => path),
      ["stem", "stem.relu", "logits.global_avg_pool", "logits.flatten", "logits"],
    );
    assert.equal([layers.added, layers.removed, layers.moved], [[], [], []]);
    assert.equal(params.total, { before: 252, after: 376, delta: 124 });
    const macs = counts.fvcore?.macs;
    const byLayer = layers.changed.map(
      (each) => (each.after.counts.fvcore?.macs ?? 0) - (each.before.counts.fvcore?.macs ?? 0),
    );
    assert.is(
      macs?.delta,
      byLayer.reduce((sum, each) => sum + each, 0),
    );
    // 16 * 16 positions * 27 products * 4 more channels, their pool, and 4 * 4 more products of the linear layer.
    assert.is(macs?.delta, 256 * 27 * 4 + 256 * 4 + 16);
  });

  test("a part with another name has moved, and no figure changed", () => {
    const { status, layers } = against(before, renamed);
    assert.is(status, "unchanged");
    assert.equal(layers.moved, [
      { from: "stem", to: "body" },
      { from: "stem.relu", to: "body.relu" },
    ]);
    assert.match(render([before], [renamed], "pretty"), /no figure changed.*\n\nmoved: stem -> body \(2 layers\)\n/);
    assert.match(render([before], [renamed], "markdown"), /\| `stem` \| `body` \| 2 \|/);
  });

  test("a network that went into a block as a whole", () => {
    const into = (layer: Stats["layers"][number]) => ({ ...layer, path: `net.${layer.path}` });
    const inside = { ...before, layers: before.layers.map(into) };
    assert.match(render([before], [inside], "pretty"), /moved: \* -> net\.\* \(5 layers\)\n/);
  });

  test("layers that came and went are told by their paths, with what they cost", () => {
    const { layers } = against(before, longer);
    assert.equal(
      [layers.added, layers.removed].map((each) => each.map(({ path }) => path)),
      [["stem.batch_norm"], ["logits.global_avg_pool"]],
    );
    assert.match(
      render([before], [longer], "pretty"),
      /\nstem\.batch_norm +added +batch_norm +\[1, 8, 16, 16\] +\+16 +\+4,096 +0\n/,
    );
    assert.match(render([before], [longer], "csv"), /^M,removed,logits\.global_avg_pool,,global_avg_pool,,/m);
  });

  test("models belong together by name; one on each side always; new and gone ones are told", () => {
    const other = { ...wider, model: "Other" };
    assert.equal(pairModels([before], [other], true), [{ before, after: other }]);
    assert.match(render([before], [other], "pretty"), /^Other \(was M\) {2}against base\.json\n/);
    const third = { ...wider, model: "Third" };
    const said = render([before, third], [before, other], "pretty");
    assert.match(said, /^M {2}no change against base\.json\n\nOther {2}is new: not in base\.json\n/);
    assert.match(said, /\nThird {2}is gone: only in base\.json\n/);
    assert.is(pairModels([before, third], [before, other], false).length, 2);
  });

  test("an older record of fewer conventions: what it does not say is no change", () => {
    const strip = (stats: Stats): Stats => ({
      ...stats,
      counts: { conv: stats.counts.conv as never },
      layers: stats.layers.map((layer) => ({ ...layer, counts: { conv: layer.counts.conv as never } })),
    });
    const comparison = against(strip(before), before);
    assert.is(comparison.status, "unchanged");
    assert.equal(comparison.counts.fvcore?.macs, { before: null, after: before.counts.fvcore?.macs, delta: null });
    assert.is(against(strip(before), wider).status, "changed");
  });

  test("names out of a hostile record stay names in Markdown", () => {
    const [first, ...rest] = before.layers;
    const hostile = {
      ...before,
      layers: [{ ...first, path: "</details>`|\n\u001b[31m<b>" } as Stats["layers"][number], ...rest],
    };
    const said = render([hostile], [before], "markdown");
    assert.not.ok(said.includes("\u001b"));
    assert.is(said.split("</details>\n").length, 2);
    assert.match(said, /`<\/details>'\\\| ␛\[31m<b>`/);
  });

  test("signs and shares", () => {
    assert.equal([1234, -5, 0].map(signed), ["+1,234", "-5", "0"]);
    assert.equal(
      [percentText(200, 201), percentText(1e9, 1e9 - 1), percentText(0, 5), percentText(3, 3), percentText(null, 1)],
      ["+0.50%", "-<0.01%", "", "", ""],
    );
  });
});

const recordText = JSON.stringify(before);
const refused = (record: string): string => {
  const read = readStats(record, "b.json");
  return isProblem(read) ? read.diagnose({}).message : "read";
};
const spoilt = (change: (record: Record<string, unknown>) => void): string => {
  const record = JSON.parse(recordText) as Record<string, unknown>;
  change(record);
  return JSON.stringify(record);
};

suite("reading a record back", (test) => {
  test("what was written is read: one, one a line, laid out by another tool", () => {
    assert.equal(readStats(recordText, "b.json"), [before]);
    assert.equal(readStats(`${recordText}\n${JSON.stringify(wider)}\n`, "b.json"), [before, wider]);
    assert.equal(readStats(JSON.stringify(before, undefined, 2), "b.json"), [before]);
  });

  test("what is no record is told with the place", () => {
    assert.match(refused(""), /it is not JSON/);
    assert.match(refused(`${recordText}\n{oops}\n`), /line 2: it is not JSON/);
    assert.match(refused("[]"), /it is a list, not an object/);
    assert.match(refused('{"name":"lfer"}'), /schemaVersion is missing/);
    assert.match(refused(spoilt((r) => Object.assign(r, { schemaVersion: 2 }))), /newer lferc: it has schemaVersion 2/);
    assert.match(refused(spoilt((r) => Object.assign(r, { schemaVersion: 0 }))), /schemaVersion is 0/);
    assert.match(
      refused(spoilt((r) => Object.assign(r, { params: { total: -1 } }))),
      /params\.total is -1, not a whole number/,
    );
    assert.match(
      refused(
        spoilt((r) => Object.assign((r.layers as object[])[1] as object, { counts: { fvcore: { macs: "many" } } })),
      ),
      /layers\[1\]\.counts\.fvcore\.macs is "many", not a number/,
    );
    assert.match(
      refused(spoilt((r) => (r.layers as unknown[]).push((r.layers as unknown[])[0]))),
      /two layers have the path/,
    );
  });

  test("any field taken out or made something else ends in a diagnostic, not in a throw", () => {
    const fields = Object.keys(before).filter((key) => key !== "schemaVersion");
    for (const field of fields) {
      for (const value of [undefined, null, [], {}, 1, "x", [null]]) {
        const said = refused(spoilt((r) => Object.assign(r, { [field]: value })));
        const isFine = (field === "inputs" || field === "counts") && JSON.stringify(value) === "{}";
        const isName = field === "model" && value === "x";
        const isEmptyList = field === "layers" && JSON.stringify(value) === "[]";
        assert.is(said === "read", isFine || isName || isEmptyList, `${field} = ${JSON.stringify(value)}: ${said}`);
      }
    }
  });
});
