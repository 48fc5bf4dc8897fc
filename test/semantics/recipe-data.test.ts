// A recipe's settings for pictures are applied, or rejected before anything is read.
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

async function refusals(data: string, size = "112, 96"): Promise<readonly string[]> {
  const entries = data.includes("loss =") ? data : `data = ${data}\n  loss = cross_entropy(student.logits, data.label)`;
  const losses = ["cross_entropy", "logit_adjusted", "weighted_cross_entropy"];
  const used = losses.filter((name) => new RegExp(`\\b${name}\\b`).test(entries));
  const { diagnostics } = await compile(`lfer 1
import { ${used.join(", ")} } from "std/losses"
model M {
  input image: float32[N, 3, ${size}] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}
recipe R {
  student = M
  ${entries}
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)
}
`);
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

const withLoss = (loss: string): Promise<readonly string[]> => refusals(`data = folder()\n  loss = ${loss}`);

suite("semantics: a recipe's data", (test) => {
  test("sampler_power beside a sampler that takes none is refused; at its default nobody can tell", async () => {
    for (const sampler of ["", 'sampler: "shuffled", ', 'sampler: "balanced", ']) {
      assert.equal(await refusals(`folder(${sampler}sampler_power: 0.25)`), ["recipe/unused-sampler-power"]);
      assert.equal(await refusals(`folder(${sampler}sampler_power: 0.5)`), []);
    }
    assert.equal(await refusals('folder(sampler: "power", sampler_power: 0.25)'), []);
    assert.equal(await refusals('folder(sampler: "power", sampler_power: 1.5)'), ["value/out-of-range"]);
  });

  test("nothing that is done to one picture stands behind what mixes the batch", async () => {
    assert.equal(await refusals("folder(augment: [horizontal_flip, mixup, cut_mix])"), []);
    assert.equal(await refusals("folder(augment: [cut_mix, mixup])"), []);
    for (const list of ["mixup, horizontal_flip", "cut_mix, mixup, random_erasing", "mixup, rotation(5), cut_mix"]) {
      assert.equal(await refusals(`folder(augment: [${list}])`), ["recipe/picture-after-mix"], list);
    }
  });

  test("resize goes from the longer side of the model's input to twice that", async () => {
    for (const [size, codes] of [
      [111, ["recipe/resize-size"]],
      [112, []],
      [224, []],
      [225, ["recipe/resize-size"]],
    ] as const) {
      assert.equal(await refusals(`folder(augment: [resize(${size}), random_crop(0)])`), codes, String(size));
      assert.equal(await refusals(`folder(augment: [resize(${size})])`, "96, 112"), codes, String(size));
    }
  });

  test("a border that nobody knows, a shift beyond the picture, a scale of nothing are refused", async () => {
    assert.equal(await refusals('folder(augment: [rotation(5, border: "wrap")])'), ["value/unknown-option"]);
    for (const args of [
      "translate: [0.1, 1.1]",
      "translate: [-0.1, 0]",
      "scale: [0, 1]",
      "scale: [1, 11]",
      "degrees: 181",
    ]) {
      assert.equal(await refusals(`folder(augment: [random_affine(${args})])`), ["value/out-of-range"], args);
    }
    assert.equal(await refusals("folder(augment: [mixup(alpha: 0)])"), ["value/out-of-range"]);
    assert.equal(await refusals("folder(augment: [color_jitter(hue: 0.6)])"), ["value/out-of-range"]);
  });

  test("a share of smoothing beyond 0 to 1, a prior of nothing, too few of its numbers are refused", async () => {
    const weighted = (more: string) =>
      withLoss(`weighted_cross_entropy(student.logits, data.label, weights: [1, 2, 1], smoothing: ${more})`);
    assert.equal(await weighted("1"), []);
    assert.equal(await weighted("1.01"), ["value/requirement-failed"]);
    assert.equal(await weighted("-0.01"), ["value/requirement-failed"]);
    const adjusted = (args: string) => withLoss(`cross_entropy(logit_adjusted(student.logits, ${args}), data.label)`);
    assert.equal(await adjusted("prior: [10, 1, 5]"), []);
    assert.equal(await adjusted("prior: [10, 0, 5]"), ["value/requirement-failed"]);
    assert.equal(await adjusted("prior: [10, 5]"), ["recipe/class-weights-count"]);
    assert.equal(await adjusted('prior: [10, 1, 5], classes: ["c", "a", "b"]'), []);
    assert.equal(await adjusted('prior: [10, 1, 5], classes: ["c", "a", "d"]'), ["recipe/classes-differ"]);
  });
});
