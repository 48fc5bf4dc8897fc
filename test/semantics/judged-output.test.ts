// The student's first output is evaluated: a loss must train it, and class weights must be valid.
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const source = (outputs: readonly string[], loss: string): string => `lfer 1

import { cross_entropy, kl, weighted_cross_entropy } from "std/losses"

const _all = (cross_entropy, kl, weighted_cross_entropy([1]))
model Small {
  input image: float32[N, 3, 8, 8]
  feat = image -> conv(3) -> global_avg_pool -> flatten
  wide = image -> conv(5) -> global_avg_pool -> flatten
  p = feat -> linear(3)
  q = feat -> linear(3)
  halves = feat -> linear(6)
  left = slice(halves, axis: 1, to: 3)
  right = slice(halves, axis: 1, from: 3)
  probs = softmax(p)
${outputs.map((name) => `  output ${name}: labels(["a", "b", "c"])`.replace(/(wide|halves): .*/, "$1")).join("\n")}
}
model Large {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["c", "a", "b"])
}
recipe R {
  student = Small
  teacher = frozen(Large, weights: "large.safetensors")
  data = folder()
  loss = ${loss}
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)
}
`;

async function problems(outputs: readonly string[], loss: string) {
  const { diagnostics } = await compile(source(outputs, loss));
  // Values that no output needs are there for the other cases.
  return diagnostics.filter(({ severity }) => severity === "error");
}

const label = (of: string): string => `cross_entropy(student.${of}, data.label)`;
const teach = (of: string): string => `kl(softmax(teacher.logits), student.${of})`;
const untaught = ["recipe/judged-output-untaught"];

const cases: readonly (readonly [readonly string[], string, readonly string[]])[] = [
  [["p"], label("p"), []],
  [["p", "q"], label("p"), []],
  [["p", "q"], label("q"), untaught],
  [["q", "p"], label("q"), []],
  [["p", "q"], `${label("p")} + ${teach("q")}`, []],
  [["p", "q"], `${label("q")} + 0.1 * mean(square(student.p))`, untaught],
  [["p", "q"], `${label("q")} + ${teach("p")}`, untaught],
  [["p", "q"], teach("q"), untaught],
  [["p", "q"], teach("p"), []],
  [["p", "q"], `cross_entropy((student.p + student.q) / 2, data.label)`, []],
  [["p", "q"], `cross_entropy(student.p, 0.5 * data.label + 0.5 * softmax(student.q))`, []],
  [["p", "q"], `weighted_cross_entropy(student.q, data.label, weights: [1, 2, 1])`, untaught],
  [["p", "q"], `if training then ${label("q")} else ${label("p")}`, untaught],
  // An output behind further weights is different; one that is only reshaped is not.
  [["feat", "p"], label("p"), untaught],
  [["probs", "p"], label("p"), []],
  [["p", "probs"], "-mean(sum(data.label * student.probs, axes: [1]))", []],
  [["probs", "p", "q"], label("q"), untaught],
  [["left", "right"], label("right"), untaught],
  [["p"], "cross_entropy(teacher.logits, data.label)", untaught],
];

suite("the output that pictures are judged by", (test) => {
  for (const [outputs, loss, codes] of cases) {
    test(`${outputs.join(", ")}: ${loss}`, async () => {
      const found = await problems(outputs, loss);
      assert.equal(
        found.map(({ code }) => code),
        codes,
        found.map(({ message }) => message).join("\n"),
      );
    });
  }

  test("the message names what the loss teaches, and what it says to do works", async () => {
    const [found] = await problems(["p", "q"], label("q"));
    assert.ok(found?.message.includes("its first output, p, but the loss trains q"), found?.message);
    assert.ok(found?.help.includes("write output q before output p"), found?.help);
  });

  test("a first output of another width is named beside the shapes that do not fit", async () => {
    const [found] = await problems(["wide", "p"], label("p"));
    const notes = found?.related.map(({ message }) => message) ?? [];
    assert.ok(notes.includes("data.label has the 5 classes of the student's first output, wide"), notes.join("\n"));
  });
});

suite("weights of classes", (test) => {
  const weigh = async (list: string, more = "") => {
    const [found, ...others] = await problems(
      ["p"],
      `weighted_cross_entropy(student.p, data.label, weights: ${list}${more})`,
    );
    assert.equal(others, []);
    return found === undefined ? "" : `${found.code}: ${found.message}`;
  };

  test("none is negative, some are more than nothing, all are numbers of float32", async () => {
    for (const list of ["[1, 0, 0]", "[0.5, 1e-30, 1e30]", "[1, 1, 1]"]) assert.is(await weigh(list), "", list);
    for (const [list, wrong] of [
      ["[1, -1, 1]", "-1 is not a class weight: [1, -1, 1]"],
      ["[1, 2, -1e-60]", "-1e-60 is not a class weight: [1, 2, -1e-60]"],
      ["[0, 0, 0]", "the class weights are all zero: [0, 0, 0]"],
      ["[0, 1e-60, 0]", "the class weights are all zero: [0, 1e-60, 0]"],
      ["[1, 1e39, 1]", "1e+39 is not a class weight: [1, 1e+39, 1]"],
    ] as const) {
      assert.is(await weigh(list), `recipe/class-weights: ${wrong}`);
    }
    const names = `, classes: ["c", "b", "a"]`;
    assert.is(await weigh("[2, 0, 1]", names), "");
    assert.ok((await weigh("[2, -1, 1]", names)).startsWith("recipe/class-weights:"));
    assert.ok((await weigh("[0, 0, 0]", `, over: "batch"`)).startsWith("recipe/class-weights:"));
  });

  test("as many as there are classes", async () => {
    assert.is(await weigh("[1, 2]"), "recipe/class-weights-count: 2 weights for 3 classes");
    assert.is(await weigh("[1]"), "recipe/class-weights-count: 1 weight for 3 classes");
    assert.is(await weigh("[1, 2, 3, 4]"), "recipe/class-weights-count: 4 weights for 3 classes");
    const part = "slice(student.p, axis: 1, to: 2), slice(data.label, axis: 1, to: 2), weights: [1, 2]";
    assert.equal(await problems(["p"], `weighted_cross_entropy(${part})`), [], "of a part of them");
  });

  test("numbers that weigh nothing may be any", async () => {
    const loss = `${label("p")} + mean(sum(softmax(student.p) * vector([1, -1, 0]), axes: [1]))`;
    assert.equal(await problems(["p"], loss), []);
  });
});
