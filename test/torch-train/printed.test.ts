import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { assertGolden } from "../support/goldens.js";
import { suite } from "../support/suite.js";
import { printedTexts } from "./printed-training.js";
import { plainText, texts } from "./recipe-texts.js";

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** What Python says of the syntax of these files; "" for nothing. */
function syntaxOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "lfer-printed-"));
  try {
    const names = Object.entries(files).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const program = "import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name, encoding='utf-8').read(), name)";
    return spawnSync(python ?? "", ["-c", program, ...names], { encoding: "utf8" }).stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

suite("the training scripts of a recipe", (test) => {
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: as they were, and Python reads them`, async () => {
      const files = await printedTexts(text, name);
      assert.equal(Object.keys(files), ["train.py", "pictures.py", "run_folder.py", "recipe.json", "requirements.txt"]);
      for (const [file, own] of Object.entries(files)) {
        if (!file.endsWith(".py")) continue;
        const wide = own.split("\n").filter((line) => line.length > 120);
        assert.equal(wide, [], `${name}, ${file}: lines over 120 columns`);
        if (file !== "run_folder.py") assertGolden(`torch-train/${name.toLowerCase()}-${file}`, own);
      }
      const scripts = Object.fromEntries(Object.entries(files).filter(([file]) => file.endsWith(".py")));
      if (python !== undefined) assert.is(syntaxOf(scripts), "");
    });
  }

  test("a script has only what its recipe uses", async () => {
    const { "train.py": train = "", "pictures.py": pictures = "" } = await printedTexts(plainText, "Plain");
    for (const absent of [
      "Teacher",
      "plateau",
      "clip_grad",
      "average_started",
      "accumulated",
      "flip(2)",
      "manual_seed",
    ]) {
      assert.not.ok(train.includes(absent), absent);
    }
    for (const absent of ["def mixed", "draw_jitter", "def rotated", "read_distributions", "TEACHER", "ImageEnhance"]) {
      assert.not.ok(pictures.includes(absent), absent);
    }
  });

  test("recipe.json has what decides a run, and the names of the weights", async () => {
    const { "recipe.json": text = "" } = await printedTexts(plainText, "Plain", new Map([["epochs", "9"]]));
    const about = JSON.parse(text) as { record: Record<string, unknown>; groups: { parameters: string[] }[] };
    assert.is(about.record.epochs, 9);
    assert.equal(about.record.settings, { epochs: "9" });
    assert.is(about.groups.length, 1);
    assert.ok(about.groups[0]?.parameters.includes("logits.linear.weight"));
  });
});
