import * as assert from "uvu/assert";
import type { MeasuredResult, Results } from "../../src/analysis/measured.js";
import { readResults } from "../../src/analysis/read-results.js";
import { type Diagnostic, isProblem } from "../../src/diagnostics/diagnostic.js";
import { graphDigest } from "../../src/ir/graph-digest.js";
import { compileText } from "../../src/testing/compile-text.js";
import { suite } from "../support/suite.js";

interface Wishes {
  readonly check?: string;
  readonly width?: number;
  readonly loss?: string;
  readonly labels?: string;
  readonly begin?: string;
  readonly mean?: string;
}

const source = ({ check = "params > 0", width = 4, labels = '"a", "b"', mean = "0.5" }: Wishes = {}): string => `lfer 1
// ${check}
model M(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [${mean}, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(${width}) -> global_avg_pool -> flatten -> linear(2)
  output logits: labels([${labels}])
}
check M { ${check} }
`;

const digestOf = async (wishes: Wishes = {}): Promise<string> => {
  const [model] = (await compileText(source(wishes))).models;
  assert.ok(model);
  return graphDigest(model.graph);
};

const digest = await digestOf();
const a = "a".repeat(64);
const b = "b".repeat(64);

const result = (change: Partial<MeasuredResult> = {}): MeasuredResult => ({
  name: "accuracy",
  of: "faces/test",
  value: 0.85,
  model: "M",
  modelSha256: a,
  graphSha256: digest,
  file: "eval.json",
  ...change,
});
const latency = (change: Partial<MeasuredResult> = {}): MeasuredResult =>
  result({ name: "latency", of: "phone", value: 12.3, file: "bench.json", ...change });

const given = (...results: readonly MeasuredResult[]): Results => ({
  files: [...new Set(results.map(({ file }) => file))],
  results,
});

async function said(check: string, results?: Results): Promise<readonly Diagnostic[]> {
  const compiled = await compileText(source({ check }), results === undefined ? {} : { results });
  return compiled.diagnostics;
}

const codes = async (check: string, results?: Results): Promise<readonly string[]> =>
  (await said(check, results)).map(({ code }) => code);

suite("budgets on what was measured", (test) => {
  test("a claim holds or breaks by the result, and says both numbers in their unit", async () => {
    const results = given(result(), latency());
    assert.equal(await codes('accuracy("faces/test") >= 84%  latency("phone") <= 12.5ms', results), []);
    const broken = await said('accuracy("faces/test") >= 86.5%  latency("phone") < 12ms', results);
    assert.equal(
      broken.map(({ message }) => message),
      [
        'M: accuracy("faces/test") is 85%, the check requires >= 86.5%: 1.5 points too little',
        'M: latency("phone") is 12.3ms, the check allows < 12ms: 0.3ms too much',
      ],
    );
    assert.match(broken[1]?.help ?? "", /bench\.json/);
  });

  test("figures may be computed with, beside those that are counted", async () => {
    const results = given(result(), latency({ name: "peak_memory", value: 4000 }), latency());
    assert.equal(await codes('accuracy("faces/test") - 5% >= 79%  peak_memory("phone") / params >= 30', results), []);
    assert.equal(await codes('latency("phone") * 2 <= 24.6ms  latency("phone") / 1ms <= 12.3', results), []);
    assert.equal(await codes('12ms <= latency("phone")  latency("phone") == 12ms within 0.5ms', results), []);
  });

  test("a claim without a result is an error that says the command, and what there is instead", async () => {
    const [none] = await said('accuracy("faces/test") >= 84%');
    assert.is(none?.code, "budget/no-result");
    assert.match(none?.help ?? "", /lferc eval RUN --data faces --split test --format json > FILE/);
    const [other] = await said('latency("pi") <= 1ms', given(latency()));
    assert.match(other?.message ?? "", /bench\.json has no result for it, only for latency\("phone"\)/);
    assert.match(other?.help ?? "", /lferc bench MODEL\.onnx --device pi --format json/);
    const [hostile] = await said('latency("x; rm -rf /") <= 1ms');
    assert.match(hostile?.help ?? "", /--device NAME/);
  });

  test("a result of another network is stale; one that does not say which it is of is too", async () => {
    const [stale] = await said('accuracy("faces/test") >= 1%', given(result({ graphSha256: b })));
    assert.is(stale?.code, "budget/stale-result");
    assert.match(stale?.message ?? "", /the source has changed since, or it was built with other settings/);
    const [silent] = await said('accuracy("faces/test") >= 1%', given(result({ graphSha256: undefined })));
    assert.match(silent?.message ?? "", /older lferc/);
    // Results of another model in the same files do not concern this check.
    const another = result({ model: "Other", graphSha256: b });
    assert.equal(await codes('accuracy("faces/test") >= 1%', given(another)), ["budget/no-result"]);
    assert.equal(
      await codes('accuracy("faces/test") >= 84%', given(another, result({ graphSha256: b }), result())),
      [],
    );
  });

  test("results of two trainings are not mixed: nothing measured is held, what is counted still is", async () => {
    const results = given(result(), latency({ modelSha256: b }));
    const check = 'accuracy("faces/test") >= 99%  latency("phone") <= 1ms  params <= 1';
    assert.equal(await codes(check, results), ["budget/results-of-several-models", "budget/exceeded"]);
  });

  test("two results of one figure that differ are not chosen from; two that agree are one", async () => {
    const twice = (value: number) => given(latency(), latency({ value, file: "later.json" }));
    assert.equal(await codes('latency("phone") <= 13ms', twice(11)), ["budget/results-disagree"]);
    assert.equal(await codes('latency("phone") <= 13ms', twice(12.3)), []);
  });

  test("a figure of fewer pictures than there are is told", async () => {
    const found = await said('accuracy("faces/test") >= 84%', given(result({ samples: 90, skipped: 3 })));
    assert.equal(
      found.map(({ code, severity }) => [code, severity]),
      [["budget/incomplete-result", "warning"]],
    );
    assert.match(found[0]?.message ?? "", /covers 90 pictures; 3 more could not be read/);
  });

  test("times are compared with times alone, sums and tolerances included", async () => {
    for (const check of [
      'latency("phone") <= 12',
      "params <= 12ms",
      'latency("phone") + 1 <= 12ms',
      'latency("phone") * latency("phone") <= 12ms',
      '1 / latency("phone") <= 12',
      'latency("phone") <= 12ms within 1',
      "params <= 12 within 1ms",
    ]) {
      assert.equal(await codes(check, given(latency())), ["budget/unit-mismatch"], check);
    }
    const [found] = await said('12 >= latency("phone")', given(latency()));
    assert.match(
      found?.message ?? "",
      /12 and latency\("phone"\) cannot be compared: latency\("phone"\) is a time, 12 is/,
    );
  });

  test("of what is measured must be said, by a text that can be one", async () => {
    for (const check of [
      "accuracy >= 1%",
      "accuracy() >= 1%",
      'accuracy("faces") >= 1%',
      'accuracy("faces/") >= 1%',
      "latency(3) >= 1ms",
      'latency("") >= 1ms',
      'latency("a", "b") >= 1ms',
      'latency(at: "stem") >= 1ms',
    ]) {
      assert.equal(await codes(check), ["resolve/measured-of-what"], check);
    }
  });

  test("outside of checks there are no times", async () => {
    const found = await compileText("lfer 1\n\nconst x = [1, 12ms]\n");
    assert.equal(
      found.diagnostics.map(({ code }) => code),
      ["type/time-outside-check"],
    );
  });
});

suite("which network was measured", (test) => {
  test("the text around it, how weights begin and what classes are called make no other one", async () => {
    assert.is(await digestOf({ check: "params > 1" }), digest);
    assert.is(await digestOf({ labels: '"b", "c"' }), digest);
    const drawn = source().replace("conv(4)", "conv(4, init: zeros)");
    const [other] = (await compileText(drawn)).models;
    if (other !== undefined) assert.is(graphDigest(other.graph), digest);
  });

  test("another layer, another size and another mean do", async () => {
    const others = [await digestOf({ width: 5 }), await digestOf({ mean: "0.4" })];
    const [larger] = (await compileText(source(), { model: "M", set: new Map([["size", "20"]]) })).models;
    assert.ok(larger);
    assert.is(new Set([digest, ...others, graphDigest(larger.graph)]).size, 4);
  });
});

const evaluation = {
  schemaVersion: 1,
  model: "M",
  modelSha256: a,
  graphSha256: digest,
  data: "faces",
  split: "test",
  samples: 90,
  accuracy: 0.85,
  meanClassAccuracy: 0.8,
  macroF1: 0.79,
  calibrationError: 0.05,
  skipped: [{ key: "broken.png" }],
};
const timed = {
  what: "inference",
  modelSha256: a,
  graphSha256: digest,
  model: "M",
  device: "phone",
  batch: 1,
  p50Ms: 12.3,
  peakBytes: 4000,
};

const read = (value: unknown): readonly MeasuredResult[] | Diagnostic => {
  const found = readResults(typeof value === "string" ? value : JSON.stringify(value), "r.json");
  return isProblem(found) ? found.diagnose({}) : found;
};

suite("files of results", (test) => {
  test("an evaluation has four figures, a comparison those of both models, a measurement two", () => {
    const one = read(evaluation) as readonly MeasuredResult[];
    assert.equal(
      one.map(({ name, of, value, skipped }) => [name, of, value, skipped]),
      [
        ["accuracy", "faces/test", 0.85, 1],
        ["mean_class_accuracy", "faces/test", 0.8, 1],
        ["macro_f1", "faces/test", 0.79, 1],
        ["calibration_error", "faces/test", 0.05, 1],
      ],
    );
    assert.is((read({ ...evaluation, second: { ...evaluation, modelSha256: b } }) as unknown[]).length, 8);
    const both = read({ schemaVersion: 1, results: [timed] }) as readonly MeasuredResult[];
    assert.equal(
      both.map(({ name, of, value, modelSha256 }) => [name, of, value, modelSha256]),
      [
        ["latency", "phone", 12.3, a],
        ["peak_memory", "phone", 4000, a],
      ],
    );
  });

  test("times of a batch, of a training step, of a machine without a name are nobody's latency", () => {
    const others = [
      { ...timed, batch: 8 },
      { ...timed, what: "training-step" },
      { ...timed, device: null },
      { ...timed, modelSha256: null },
    ];
    assert.equal(read({ schemaVersion: 1, results: others }), []);
  });

  test("a newer form is refused by its number", () => {
    const found = read({ ...evaluation, schemaVersion: 2 }) as Diagnostic;
    assert.is(found.code, "budget/newer-results");
    assert.match(found.message, /schemaVersion 2, this one reads up to 1/);
  });

  test("whatever is no result is refused with the place where it is wrong", () => {
    for (const [value, reason] of [
      ["", /it is not JSON/],
      ["[".repeat(100_000), /nested more than 8 deep/],
      [`[${"1,".repeat(5_000_001)}1]`, /holds more than 5000000 values/],
      [[1], /it is a list, not an object/],
      [{}, /schemaVersion is missing/],
      [{ schemaVersion: 0 }, /schemaVersion is 0/],
      [{ schemaVersion: 1 }, /model is missing, not a text/],
      [{ ...evaluation, accuracy: "85%" }, /accuracy is "85%", not a share/],
      [{ ...evaluation, accuracy: 85 }, /accuracy is 85, not a share/],
      [{ ...evaluation, modelSha256: "a" }, /modelSha256 is "a", not a digest/],
      [{ ...evaluation, skipped: 3 }, /skipped is 3, not a list/],
      [{ ...evaluation, second: 1 }, /second is 1, not an object/],
      [{ schemaVersion: 1, results: [{ ...timed, p50Ms: -1 }] }, /results\[0\]\.p50Ms is -1, not a number above 0/],
      [JSON.stringify({ schemaVersion: 1, results: [timed] }).replace("12.3", "1e999"), /p50Ms is null, not a number/],
      [{ schemaVersion: 1, results: {} }, /results is an object, not a list/],
      ['{"__proto__": {"schemaVersion": 1}}', /schemaVersion is missing/],
    ] as const) {
      const found = read(value) as Diagnostic;
      assert.is(found.code, "budget/not-results", String(value).slice(0, 80));
      assert.match(found.message, reason);
    }
  });
});
