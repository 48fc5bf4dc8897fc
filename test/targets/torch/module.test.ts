import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { compile, load } from "../../../src/compiler.js";
import { nodeHost } from "../../../src/hosts/node-host.js";
import { assertGolden } from "../../support/goldens.js";
import { root } from "../../support/lferc.js";
import { suite } from "../../support/suite.js";
import { modelsOf, printed } from "../../torch/printed.js";
import { otherInTraining, sharedDifferently, texts } from "../../torch/texts.js";

/** Published networks whose text shows something: plain blocks, blocks of blocks, tokens, several branches. */
const published = {
  resnet: "resnet18",
  lfer_ldl: "main",
  mobilenet_v3: "mobilenet_v3_small",
  googlenet: "googlenet",
  vit: "vit_tiny",
} as const;

async function publishedText(file: string, model: string): Promise<string> {
  const { models } = compile(await load(nodeHost(root), `models/${file}.lfer`), { model, graphsOnly: true });
  const [found] = models;
  if (found === undefined) throw new Error(`models/${file}.lfer has no ${model}`);
  return printed(found).text;
}

/** Python's own verdict on the texts; undefined without Python. */
function pythonProblem(modules: readonly string[]): string | undefined {
  const program = "import ast, json, sys\nfor text in json.load(sys.stdin): ast.parse(text)";
  const run = spawnSync("python3", ["-c", program], { input: JSON.stringify(modules), encoding: "utf8" });
  if (run.error !== undefined) {
    console.log("skipped: Python has not parsed the modules, for there is no python3");
    return undefined;
  }
  return run.status === 0 ? undefined : run.stderr;
}

suite("modules of PyTorch", (test) => {
  const modules = new Map<string, string>();

  for (const [file, model] of Object.entries(published)) {
    test(`the text of ${file}`, async () => {
      modules.set(file, await publishedText(file, model));
      assertGolden(`torch/${file}.py`, modules.get(file) as string);
    });
  }

  for (const [name, text] of Object.entries(texts)) {
    test(`the text of ${name}`, async () => {
      modules.set(name, printed(...(await modelsOf(text))).text);
      assertGolden(`torch/${name}.py`, modules.get(name) as string);
    });
  }

  test("every line fits, and Python parses all of it", () => {
    assert.is(modules.size, Object.keys(published).length + Object.keys(texts).length);
    const long = [...modules.values()].flatMap((text) => text.split("\n")).filter((line) => line.length > 120);
    assert.equal(long, []);
    assert.is(pythonProblem([...modules.values()]), undefined);
  });

  test("equal uses of a block share a class", () => {
    const classes = [...(modules.get("deep") as string).matchAll(/^class (\w+)/gm)].map(([, name]) => name);
    assert.equal(classes, ["Unit", "Deep"]);
  });

  for (const [code, text] of Object.entries({
    "torch/shared-differently": sharedDifferently,
    "torch/training-differs": otherInTraining,
  })) {
    test(code, async () => {
      const models = await modelsOf(text);
      assert.throws(
        () => printed(...models),
        (error: Error) => error.message === code,
      );
    });
  }
});
