import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { type SomeRun, someClasses, someRunFiles } from "../report/some-run.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** The pictures that the run predicts wrongly, of three classes. */
const faces = Object.fromEntries(
  someClasses.flatMap((_, c) =>
    Array.from({ length: 20 }, (_, i) => [`faces/${c}/${i}.png`, encodePng(generateFace(faceExpressions[c]!, i, 16))]),
  ),
);

const filesOf = (run: SomeRun = {}) => someRunFiles("run", run);
const page = (cwd: string): string => readFileSync(join(cwd, "run/report.html"), "utf8");

suite("lferc report", (test) => {
  test("writes page, curves and matrix, and says how well it does", () =>
    inFolder({ ...filesOf(), ...faces }, async (cwd) => {
      const ran = await callLferc(["report", "run"], cwd);
      assert.equal([ran.code, ran.stderr], [0, ""]);
      assert.match(
        ran.stdout,
        "run: curves.svg, confusion.svg, report.html\nmean-class accuracy 85.0%, macro-F1 0.848",
      );
      assert.match(ran.stdout, "open run/report.html in a browser");
      for (const name of ["curves.svg", "confusion.svg"])
        assert.match(readFileSync(join(cwd, "run", name), "utf8"), "<svg");
      const found = page(cwd);
      assert.match(found, "thop", "costs are counted from the run's own model.lfer");
      assert.not.match(found, "<img");
      const again = await callLferc(["report", "run"], cwd);
      assert.is(again.code, 0);
      assert.is(page(cwd), found, "the same files give the same page");
    }));

  test("--data DIR puts the pictures of the surest mistakes into the page; a wrong one is refused before anything is written", () =>
    inFolder({ ...filesOf(), ...faces }, async (cwd) => {
      const wrong = await callLferc(["report", "run", "--data", "fases"], cwd);
      assert.equal([wrong.code, codesIn(wrong.stderr)], [1, ["tool/no-such-path"]]);
      assert.not.ok(existsSync(join(cwd, "run/report.html")));
      await callLferc(["report", "run", "--data", "faces"], cwd);
      assert.is(page(cwd).match(/<img alt="" src="data:image\/png;base64,/g)?.length, 9);
    }));

  test("drawn faces are shown without being told where they lie, or by --data generated", () =>
    inFolder(filesOf({ keyOf: (c, i) => `${faceExpressions[c]}/${i}` }), async (cwd) => {
      await callLferc(["report", "run", "--data", "generated"], cwd);
      assert.is(page(cwd).match(/<img /g)?.length, 9);
    }));

  test("--loss-scale draws the curves of the paper's figures; a scale that is none is refused", () =>
    inFolder(filesOf(), async (cwd) => {
      await callLferc(["report", "run", "--loss-scale", "30"], cwd);
      assert.match(readFileSync(join(cwd, "run/curves.svg"), "utf8"), "loss, drawn × 30");
      assert.match(page(cwd), "loss, drawn × 30");
      for (const scale of ["0", "-1", "x"])
        assert.is((await callLferc(["report", "run", "--loss-scale", scale], cwd)).code, 2, scale);
    }));

  test("a model.lfer that does not compile, or brings no such recipe, costs the costs and nothing else", () =>
    inFolder(filesOf({ source: "lfer 1\nmodel <script> {" }), async (cwd) => {
      const ran = await callLferc(["report", "run"], cwd);
      assert.equal([ran.code, codesIn(ran.stderr)], [0, ["report/left-out"]]);
      assert.not.match(page(cwd), 'id="costs"');
      assert.match(page(cwd), "&lt;script&gt; {");
    }));

  test("a run.json of anything is no bug of ours: what is none of what it should be is not shown", () =>
    inFolder(
      filesOf({
        about: Object.fromEntries(
          ["model", "recipe", "settings", "labels", "input", "data", "result", "epochs", "warnings"].map((key) => [
            key,
            {
              toString: 1,
              name: { toString: 1 },
              classes: [{ name: { toString: 1 } }, 1, null],
              skipped: [[], { key: 1 }],
            },
          ]),
        ),
      }),
      async (cwd) => {
        const ran = await callLferc(["report", "run"], cwd);
        assert.equal([ran.code, codesIn(ran.stderr)], [0, ["report/left-out"]]);
        assert.match(page(cwd), "<title>a model, recipe a recipe</title>");
      },
    ));

  test("a run without an epoch has a page too, and says so", () => {
    const { "run/metrics.jsonl": _m, "run/answers.csv": _a, ...files } = filesOf();
    return inFolder(files, async (cwd) => {
      const ran = await callLferc(["report", "run"], cwd);
      assert.equal([ran.code, ran.stderr], [0, "run: no epoch has ended yet\n"]);
      assert.match(ran.stdout, /^run: report\.html\nopen /);
    });
  });

  test("hostile names reach the terminal as text", () =>
    inFolder(filesOf({ classes: ["a\u001b[2J", "::error::b", "\u202ec"] }), (cwd) => {
      const ran = runLferc(["report", "run"], { cwd });
      assert.is(ran.code, 0, ran.stderr);
      assert.not.match(ran.stdout + ran.stderr, /[^\P{Cc}\n]|^::|\u202e/mu);
    }));
});
