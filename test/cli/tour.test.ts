import { cpSync, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as assert from "uvu/assert";
import { faceExpressions } from "../../src/data/generated-faces.js";
import { inFolder, lfercPath, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("lferc tour", (test) => {
  test("goes through, and the network that it trains knows faces that it has not seen", () =>
    inFolder({}, (cwd) => {
      const { code, stdout, stderr } = runLferc(["tour", "--out", "out"], { cwd });
      assert.is(code, 0, stderr);
      // Persons that are not in the training data, by `eval`; guessing gives 14 %.
      const accuracy = Number(/^accuracy +([\d.]+)%/m.exec(stdout)?.[1]);
      assert.ok(accuracy > 85, `${accuracy} %`);
      const answers = [...stdout.matchAll(/^out\/drawn\/test\/(\w+)\/\w+\.png {2}(\w+)/gm)];
      assert.equal(answers.map(([, face]) => face).toSorted(), [...faceExpressions].toSorted());
      assert.ok(answers.filter(([, face, answer]) => face === answer).length >= 5, answers.join("\n"));
      assert.ok(existsSync(join(cwd, "out/runs/Faces-1/report.html")));
      assert.match(stdout, "Open out/runs/Faces-1/report.html");
      assert.not.match(stderr, /left out|warning/i);
      // The part that `eval` gets is not looked at before.
      assert.match(stderr, /held out \(the folder val; left alone: the folder test\)/);
      // The tour's own lines; the commands that it runs format theirs.
      const own = stdout.split("\n").filter((line) => /^(?:\$| {4}\S.*(?: \\)?$|[A-Z].*[?:.]$)/.test(line));
      assert.ok(own.length > 20);
      for (const line of own) assert.ok(line.length <= 80, line);
      // Its last lines are commands for a shell, unwrapped.
      const next = stdout.slice(stdout.indexOf("What to try next"));
      const pages = [...next.matchAll(/^[A-Z][\w ]+: (\S+\.md)$/gm)].map(([, path = ""]) => resolve(cwd, path));
      assert.equal(
        pages,
        ["language.md", "training.md", "README.md"].map((name) => join(root, "docs", name)),
      );
      for (const page of pages) assert.ok(existsSync(page), page);
      for (const name of ["data", "train", "eval", "report", "sweep"]) assert.match(next, `$ npx --no lferc ${name} `);
      assert.match(next, /--recipe RafDb/);
    }));

  test("a step that it promises and leaves out is a failure: which, why, and what to install", () =>
    inFolder({}, (cwd) => {
      // Without node_modules above it, there is no picture decoder.
      for (const folder of ["models", "examples"]) cpSync(join(root, folder), join(cwd, folder), { recursive: true });
      cpSync(join(root, "package.json"), join(cwd, "package.json"));
      cpSync(dirname(lfercPath()), join(cwd, "dist"), { recursive: true });
      const { code, stdout, stderr } = runLferc(["tour", "--out", "out"], { cwd, script: join(cwd, "dist/lferc.js") });
      assert.is(code, 1, stderr);
      const [, steps = "", why = "", help = ""] = /^Left out: (.*)\. (\S+ cannot .*)\n(.*)$/m.exec(stderr) ?? [];
      assert.is(steps, "train, eval, predict", stderr);
      assert.match(why, /(onnxruntime-node|sharp) cannot be loaded/);
      assert.match(help, /npm install (onnxruntime-node@|sharp)/);
      // The other steps are shown anyway.
      assert.ok(existsSync(join(cwd, "out/lfer_ldl.onnx")));
      assert.match(stdout, "What to try next");
    }));
});
