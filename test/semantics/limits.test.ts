import * as assert from "uvu/assert";
import { mistakeLimit } from "../../src/diagnostics/mistake-limit.js";
import { limits } from "../../src/semantics/limits.js";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel } from "./one-model.js";

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("");

suite("semantics: limits", (test) => {
  test("turns, lists, tensors, nodes", async () => {
    const codes = (stage: string) => codesOf(inModel(`logits = image -> ${stage}`));
    assert.equal(await codes(`repeat(${limits.repeats + 1}, relu)`), ["limit/too-many-repeats"]);
    assert.equal(await codes(`grid(1, ${limits.repeats + 1}, relu)`), ["limit/too-many-repeats"]);
    assert.equal(await codes(`(for _i in [0..${limits.repeats}] do relu)`), ["limit/too-many-repeats"]);
    assert.equal(await codes("conv(2_000_000_000)"), ["limit/tensor-too-large"]);
    assert.equal(await codes("repeat(90_000, repeat(90_000, relu))"), ["limit/too-many-nodes"]);
    const input = inModel("logits = image -> relu").replace("32, 32", "10_000_000, 10_000_000");
    assert.equal(await codesOf(input), ["limit/tensor-too-large"]);
  });

  test("work, over all of a compilation", async () => {
    const cubes = "len([for _a in [1..3000] do len([for _b in [1..3000] do len([1..3])])])";
    assert.equal(await codesOf(`lfer 1\n\nconst cubes = ${cubes}\n`), ["limit/too-much-work"]);
    const million = "len([for _a in [1..1000] do len([1..1000])])";
    assert.equal(await codesOf(`lfer 1\n\nconst x = ${million}\n`), []);
    assert.equal(await codesOf(`lfer 1\n\n${lines(20, (i) => `const x${i} = ${million}\n`)}`), ["limit/too-much-work"]);
  });

  test("blocks in blocks", async () => {
    const blocks = (count: number) =>
      inModel(`logits = image -> B${count}`, `block B0 = relu\n${lines(count, (i) => `block B${i + 1} = B${i}\n`)}`);
    assert.is((await graphOf(blocks(limits.instantiationDepth - 1))).nodes.length, 1);
    assert.equal(await codesOf(blocks(limits.instantiationDepth)), ["limit/nested-too-deep"]);
    assert.equal(await codesOf(blocks(3000)), ["limit/nested-too-deep"]);
  });

  test("layers in layers, and blocks full of nested expressions", async () => {
    const layers = `const l0 = relu\n${lines(3000, (i) => `const l${i + 1} = repeat(1, l${i})\n`)}`;
    assert.equal(await codesOf(inModel("logits = image -> l3000", layers)), ["limit/nested-too-deep"]);
    const [open, close] = ["residual(".repeat(60), ")".repeat(60)];
    const full = lines(
      60,
      (i) => `block B${i + 1} = ${open}(if true then (for _i in [1..1] do B${i}) else relu)${close}\n`,
    );
    assert.equal(await codesOf(inModel("logits = image -> B60", `block B0 = relu\n${full}`)), [
      "limit/nested-too-deep",
    ]);
  });

  test("variants of variants", async () => {
    const text = `${inModel("logits = image -> relu")}variant V0 = M\n${lines(150, (i) => `variant V${i + 1} = V${i}\n`)}`;
    const codes = new Set(await codesOf(text));
    assert.equal([...codes], ["limit/nested-too-deep"]);
  });

  test("declarations in any order nest as deep as they like", async () => {
    const constants = `${lines(5000, (i) => `const c${5000 - i} = c${4999 - i} + 1\n`)}const c0 = 0\n`;
    assert.equal(await codesOf(`lfer 1\n\n${constants}`), []);
    const functions = `${lines(3000, (i) => `fn f${3000 - i} on x = f${2999 - i}(x)\n`)}fn f0 on x = x\n`;
    assert.equal(await codesOf(`lfer 1\n\n${functions}`), []);
  });

  test("a network of ten thousand layers in every form", async () => {
    const size = 10_000;
    const forms = [
      `logits = image${" -> relu".repeat(size)}`,
      `x0 = image\n${lines(size, (i) => `x${i + 1} = x${i} -> relu\n`)}logits = x${size}`,
      `logits = image -> repeat(${size / 100}, repeat(100, relu))`,
      `logits = image -> (for _i in [1..${size}] do relu)`,
    ];
    for (const form of forms) assert.is((await graphOf(inModel(form), { graphsOnly: true })).nodes.length, size);
  });

  test("nothing but slips: each is said up to a limit, not each can be compared with all names", async () => {
    const slips = lines(3000, (i) => `const abcd${i} = abce${i}\n`);
    const found = await diagnose(`lfer 1\n\n${slips}`);
    assert.is(found.length, mistakeLimit + 1);
    assert.match(found[0]?.message ?? "", /Did you mean "abcd0"/);
    assert.not.match(found[mistakeLimit - 1]?.message ?? "", /Did you mean/);
    assert.is(found.at(-1)?.code, "limit/too-many-mistakes");
    assert.match(found.at(-1)?.message ?? "", "stopped after 200 mistakes");
    const few = await diagnose(`lfer 1\n\n${lines(mistakeLimit, (i) => `const abcd${i} = abce${i}\n`)}`);
    assert.is(few.length, mistakeLimit);
    assert.ok(few.every(({ code }) => code === "resolve/unknown-name"));
  });

  test("warnings are no mistakes: a right file with many of them is right", async () => {
    const unused = lines(300, (i) => `  x${i} = image -> relu\n`);
    const found = await diagnose(inModel(`${unused}\n  logits = image -> flatten`));
    assert.equal([...new Set(found.map(({ code }) => code))], ["lint/unused-binding"]);
    assert.is(found.length, 300);
  });

  test("mistakes of every kind by the ten thousand are told and end", async () => {
    const n = 20_000;
    for (const text of [
      '"\n'.repeat(n),
      "'a' ".repeat(n),
      "#\n".repeat(n),
      lines(n, (i) => `model M${i} { }\n`),
      lines(n, () => "model M { }\n"),
      lines(n, (i) => `check M${i} { }\n`),
      lines(n, (i) => `recipe R${i} { }\n`),
      lines(n, (i) => `variant V${i} = V${i + 1}\n`),
      lines(n, (i) => `const a${i} = f(3 // 2)\n`),
      lines(n, (i) => `const a${i} = 3 // 2\n`),
      lines(n, (i) => `import { a } from "./x${i}.lfer"\n`),
    ]) {
      const found = await diagnose(text);
      assert.equal(
        [text.slice(0, 20), found.length, found.at(-1)?.code],
        [text.slice(0, 20), mistakeLimit + 1, "limit/too-many-mistakes"],
      );
    }
  });

  test("the mistake of a turn is said once", async () => {
    const text = inModel("logits = image -> repeat(1000, flatten -> conv(3))");
    expectDiagnostics(text, await diagnose(text), [{ code: "shape/wrong-rank" }]);
  });
});
