// Labels of weight files under other names than the outputs, wherever a file is read: build, train, a frozen teacher.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { formulaPicture } from "../data/formula-picture.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

// All of different sizes: a duplicate on both sides of a split would be reported.
const pictures = Object.fromEntries(
  ["red", "green", "blue"].flatMap((name, c) =>
    [0, 1, 2, 3].map((i) => [`d/${name}/${i}.png`, encodePng(formulaPicture(8 + i, 8 + c))] as const),
  ),
);

const rgb = `: labels(["red", "green", "blue"])`;
const cycled = `: labels(["green", "blue", "red"])`;

const model = (name: string, outputs: readonly string[]): string => `model ${name} {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  body = image -> conv(4, stride: 2) -> global_avg_pool -> flatten
  p = body -> linear(3)
  q = body -> linear(3)
  u = softmax(p)
  v = softmax(q)
  twice = p * 2
${outputs.map((output) => `  output ${output}`).join("\n")}
}
`;

interface Case {
  readonly title: string;
  /** Of the model from which the file was made, and of the one that reads it. */
  readonly file: readonly string[];
  readonly model: readonly string[];
  readonly codes: readonly string[];
}

const cases: readonly Case[] = [
  { title: "kept", file: [`p${rgb}`, `q${cycled}`], model: [`p${cycled}`, `q${rgb}`], codes: [] },
  {
    title: "both renamed",
    file: [`p${rgb}`, `q${cycled}`],
    model: [`u${cycled}`, `v${cycled}`],
    codes: ["weights/labels-unplaced"],
  },
  {
    title: "one renamed",
    file: [`p${rgb}`, `q${cycled}`],
    model: [`p${rgb}`, `v${rgb}`],
    codes: ["weights/labels-unplaced"],
  },
  {
    title: "renamed, without labels",
    file: [`p${rgb}`, `q${cycled}`],
    model: ["u", "v"],
    codes: ["weights/labels-unplaced"],
  },
  { title: "renamed, the same everywhere", file: [`p${rgb}`, `q${rgb}`], model: [`u${rgb}`, `v${rgb}`], codes: [] },
  {
    title: "two of one layer in two orders",
    file: [`p${rgb}`, `q${rgb}`],
    model: ["p", `twice${cycled}`, `q${rgb}`],
    codes: ["weights/labels-contradict"],
  },
];

const source = (of: Case): string => {
  const [first = ""] = of.model.map((output) => output.replace(/:.*/, ""));
  const recipe = (name: string, student: string, output: string, teacher: string, loss: string) => `recipe ${name} {
  student = ${student}
${teacher}  data = folder("d")
  loss = ${loss.replaceAll("OUTPUT", output)}
  optimizer = sgd(lr: 0.01)
  train = run(batch: 4, epochs: 1)
}
`;
  return [
    `lfer 1\n\nimport { cross_entropy, kl } from "std/losses"\n`,
    model("Made", of.file),
    model("Taking", of.model),
    model("Pupil", [`u${cycled}`]),
    recipe("Go", "Taking", first, "", "cross_entropy(student.OUTPUT, data.label)"),
    recipe(
      "Learn",
      "Pupil",
      first,
      `  teacher = frozen(Taking, weights: "w.safetensors")\n`,
      "kl(softmax(teacher.OUTPUT), student.u)",
    ),
  ].join("\n");
};

const ran = async (cwd: string, ...args: readonly string[]): Promise<readonly string[]> => {
  const { code, stderr } = await callLferc(args, cwd);
  const codes = codesIn(stderr).filter((found) => !found.startsWith("lint/"));
  assert.is(code, codes.length === 0 ? 0 : 1, stderr);
  return codes;
};

const train = (cwd: string, recipe: string, ...more: readonly string[]) =>
  ran(cwd, "train", "m.lfer", "--recipe", recipe, "--threads", "1", "--out", `run-${recipe}`, ...more);

suite("labels of weight files under other names", (test) => {
  for (const each of cases) {
    test(`${each.title}: build, train, a teacher`, () =>
      inFolder({ "m.lfer": source(each), ...pictures }, async (cwd) => {
        const build = ["build", "m.lfer", "--target", "safetensors"];
        assert.equal(await ran(cwd, ...build, "--model", "Made", "-o", "w.safetensors"), []);
        const again = ["--model", "Taking", "--weights", "w.safetensors"];
        assert.equal(await ran(cwd, ...build, ...again, "-o", "v.safetensors"), each.codes);
        assert.equal(await ran(cwd, "build", "m.lfer", ...again, "-o", "m.onnx"), each.codes);
        assert.equal(
          [existsSync(join(cwd, "v.safetensors")), existsSync(join(cwd, "m.onnx"))],
          [each.codes.length === 0, each.codes.length === 0],
        );
        assert.equal(await train(cwd, "Go", "--weights", "w.safetensors"), each.codes);
        assert.equal(await train(cwd, "Learn"), each.codes);
      }));
  }

  test("folders give a layer no second order", () => {
    const of = { title: "", file: [`p${rgb}`], model: ["p", `twice${cycled}`], codes: [] };
    return inFolder({ "m.lfer": source(of), ...pictures }, async (cwd) => {
      assert.equal(await train(cwd, "Go"), ["weights/labels-contradict"]);
    });
  });
});
