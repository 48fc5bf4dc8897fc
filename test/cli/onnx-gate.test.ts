// An exported ONNX file held to a budget, with no source in lfer: check --budget, stats --against, build -o x.svg, init --onnx.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { workflowPath } from "../../src/cli/init-workflow.js";
import { sha256 } from "../../src/formats/digest.js";
import { codesIn, inFolder, lfercPath, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { scriptOf } from "./workflow-steps.js";

const exported = (name: string): Uint8Array => readFileSync(join(root, `test/targets/onnx/exported/${name}.onnx`));

/** 2,781 parameters as PyTorch's exporters write it; 2,813 where the batch norms are kept. */
const files = {
  "net.onnx": exported("small.dynamo"),
  "norms.onnx": exported("small.torchscript-norms"),
  "open.onnx": exported("open.torchscript"),
};

const budget = (...claims: readonly string[]): string => `lfer 1\n\ncheck {\n  ${claims.join("\n  ")}\n}\n`;

const checking = (cwd: string, ...args: readonly string[]) => runLferc(["check", ...args], { cwd });

suite("lferc check FILE.onnx --budget FILE.lfer", (test) => {
  test("a budget that holds, and one that every file breaks by itself", () =>
    inFolder({ ...files, "b.lfer": budget("params <= 2_800", 'macs("fvcore") <= 1M') }, (cwd) => {
      const held = checking(cwd, "net.onnx", "--budget", "b.lfer");
      assert.equal([held.code, held.stdout, held.stderr], [0, "", "1 file checked: no mistakes\n"]);
      const both = checking(cwd, "net.onnx", "norms.onnx", "--budget", "b.lfer");
      assert.equal([both.code, codesIn(both.stderr)], [1, ["budget/exceeded"]]);
      assert.match(both.stderr, "norms.onnx: params is 2,813, the check allows <= 2,800: 13 (0.46%) too many");
      assert.match(both.stderr, "--> b.lfer:4:3");
      assert.match(both.stderr, "2 files checked: 1 error");
      writeFileSync(join(cwd, "b.lfer"), budget("params <= 1_000"));
      assert.is(codesIn(checking(cwd, "net.onnx", "norms.onnx", "--budget", "b.lfer").stderr).length, 2);
    }));

  test("a claim about a part, and constants and imported functions in it", () => {
    const text =
      'lfer 1\n\nimport { most } from "./limits.lfer"\n\nconst cells = 4\n\ncheck {\n  params(at: "down") <= most(cells)\n}\n';
    const limits = "lfer 1\n\nfn most(cells: int) = 256 * cells\n";
    return inFolder({ ...files, "b.lfer": text, "limits.lfer": limits }, (cwd) => {
      const ran = checking(cwd, "net.onnx", "--budget", "b.lfer");
      assert.match(ran.stderr, 'net.onnx: params(at: "down") is 1,040, the check allows <= 1,024: 16');
    });
  });

  test("SARIF and GitHub's annotations point into the budget", () =>
    inFolder({ ...files, "b.lfer": budget("params <= 1_000") }, (cwd) => {
      const sarif = JSON.parse(checking(cwd, "net.onnx", "--budget", "b.lfer", "--format", "sarif").stdout) as {
        runs: { results: { ruleId: string; locations: { physicalLocation: object }[] }[] }[];
      };
      const [result] = sarif.runs[0]?.results ?? [];
      assert.is(result?.ruleId, "budget/exceeded");
      assert.match(JSON.stringify(result?.locations), '"uri":"b.lfer"');
      assert.match(JSON.stringify(result?.locations), '"startLine":4');
      const github = checking(cwd, "net.onnx", "--budget", "b.lfer", "--format", "github");
      assert.match(github.stdout, /^::error .*file=b\.lfer,line=4/);
    }));

  test("open sizes are given by --set; a file that cannot be counted is an error, never a pass", () =>
    inFolder({ ...files, "b.lfer": budget("params <= 1M"), "text.onnx": "hello" }, (cwd) => {
      assert.equal(codesIn(checking(cwd, "open.onnx", "--budget", "b.lfer").stderr), ["onnx/open-size"]);
      const sized = checking(cwd, "open.onnx", "--budget", "b.lfer", "--set", "height=33", "--set", "width=33");
      assert.is(sized.code, 0, sized.stderr);
      const text = checking(cwd, "net.onnx", "text.onnx", "--budget", "b.lfer");
      assert.equal([text.code, codesIn(text.stderr)], [1, ["onnx/not-a-model"]]);
    }));

  test("a measured claim is held by what was measured on this very file, and by no other", () => {
    const claim = budget('accuracy("faces/test") >= 80%');
    const results = (modelSha256: string): string =>
      JSON.stringify({
        schemaVersion: 1,
        model: "net",
        modelSha256,
        graphSha256: null,
        data: "faces",
        split: "test",
        samples: 10,
        skipped: [],
        accuracy: 0.9,
        meanClassAccuracy: 0.9,
        macroF1: 0.9,
        calibrationError: 0.1,
      });
    const own = results(sha256([files["net.onnx"]]));
    return inFolder({ ...files, "b.lfer": claim, "own.json": own, "other.json": results("b".repeat(64)) }, (cwd) => {
      const run = (name: string) => checking(cwd, "net.onnx", "--budget", "b.lfer", "--results", name);
      assert.equal(codesIn(run("own.json").stderr), []);
      assert.equal(codesIn(run("other.json").stderr), ["budget/stale-result"]);
      assert.match(run("other.json").stderr, "the file is another one since");
    });
  });

  test("what is no budget is refused, and a check without a name anywhere else", () => {
    const model = "lfer 1\n\nmodel M {\n  input x: float32[N, 4]\n  y = x -> linear(2)\n  output y\n}\n";
    const wrong = {
      "model.lfer": model,
      "named.lfer": `${model}\ncheck M { params <= 10 }\n`,
      "two.lfer": `${budget("params <= 10")}${budget("params <= 20").slice(8)}`,
      "none.lfer": "lfer 1\n\nconst a = 1\n",
    };
    return inFolder({ ...files, ...wrong, "empty.lfer": budget(), "typo.lfer": budget("parms <= 3") }, (cwd) => {
      const codes = (name: string) => codesIn(checking(cwd, "net.onnx", "--budget", name).stderr);
      for (const name of Object.keys(wrong)) assert.equal(codes(name), ["budget/not-a-budget"], name);
      assert.equal(codes("empty.lfer"), ["budget/empty-check"]);
      assert.equal(codes("typo.lfer"), ["resolve/unknown-measure"]);
      assert.equal(codes("gone.lfer").length, 1);
      assert.equal(codesIn(checking(cwd, "two.lfer").stderr), ["budget/no-model", "budget/no-model"]);
      // The budget of the files is no source among the others.
      const beside = checking(cwd, ".", "net.onnx", "--budget", "empty.lfer");
      assert.equal(codesIn(beside.stderr).filter((code) => code === "budget/empty-check").length, 1);
    });
  });

  test("--budget and ONNX files go together", () =>
    inFolder({ ...files, "b.lfer": budget("params <= 1M") }, (cwd) => {
      for (const args of [["net.onnx"], ["b.lfer", "--budget", "b.lfer"], ["b.lfer", "--set", "a=1"]]) {
        const ran = checking(cwd, ...args);
        assert.equal([ran.code, codesIn(ran.stderr)], [2, ["tool/wrong-usage"]], args.join(" "));
      }
    }));
});

suite("lferc stats and build of exported files", (test) => {
  test("two exports of a network, whatever their names, and the record of one", () =>
    inFolder({ ...files }, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["stats", ...args], { cwd });
      const table = run("norms.onnx", "--against", "net.onnx").stdout;
      assert.match(table, /^norms \(was net\) {2}against net\.onnx\n/);
      assert.match(table, /\nparams +2,781 +2,813 +\+32 /);
      writeFileSync(join(cwd, "base.json"), run("net.onnx", "--format", "json").stdout);
      assert.is(run("net.onnx", "--against", "base.json").stdout, "net  no change against base.json\n");
    }));

  test("a picture of the file, with its layers, and its list; nothing else is built from it", () =>
    inFolder({ ...files }, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["build", ...args], { cwd });
      assert.is(run("net.onnx", "-o", "net.svg", "--depth", "all").code, 0);
      const svg = readFileSync(join(cwd, "net.svg"), "utf8");
      assert.match(svg, /^<svg /);
      assert.match(svg, "conv2d");
      assert.match(
        run("open.onnx", "--set", "height=33", "--set", "width=33", "--target", "ir", "-o", "-").stdout,
        /conv2d/,
      );
      for (const [code, args] of [
        ["tool/wrong-usage", ["-o", "again.onnx"]],
        ["tool/wrong-usage", ["-o", "a.svg", "--seed", "1"]],
        ["resolve/unknown-model", ["-o", "a.svg", "--model", "nett"]],
      ] as const) {
        assert.equal(codesIn(run("net.onnx", ...args).stderr), [code], args.join(" "));
      }
      assert.equal(codesIn(run("open.onnx", "-o", "a.svg").stderr), ["onnx/open-size"]);
    }));
});

suite("lferc init --onnx", (test) => {
  test("the budget is what the file costs, formatted; the workflow's steps hold it and tell a change", () =>
    inFolder({ "bin/lferc": `#!/bin/sh\nexec "${process.execPath}" "${lfercPath()}" "$@"\n` }, (cwd) => {
      chmodSync(join(cwd, "bin/lferc"), 0o755);
      const home = join(cwd, "home");
      mkdirSync(join(home, "exports"), { recursive: true });
      const file = join(home, "exports/the net.onnx");
      writeFileSync(file, files["net.onnx"]);
      const git = (...args: readonly string[]): void => {
        const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
        const ran = spawnSync("git", [...identity, ...args], { cwd: home, encoding: "utf8" });
        assert.is(ran.status, 0, ran.stderr);
      };
      git("init", "--quiet", "--initial-branch", "main");
      const made = runLferc(["init", "--onnx", "exports/the net.onnx"], { cwd: home });
      assert.is(made.code, 0, made.stderr);
      assert.match(made.stderr, "wrote  budget.lfer\n");
      assert.match(made.stderr, "check 'exports/the net.onnx' --budget budget.lfer");
      assert.match(readFileSync(join(home, "budget.lfer"), "utf8"), "\n  params <= 2_781\n");
      assert.is(runLferc(["fmt", "--check", "budget.lfer"], { cwd: home }).code, 0);
      git("add", ".");
      git("commit", "--quiet", "-m", "begin");
      git("remote", "add", "origin", home);
      const yaml = readFileSync(join(home, workflowPath), "utf8");
      const [check, tell] = ["no broken budget", "what the change costs"].map((name) => scriptOf(yaml, name)) as [
        string,
        string,
      ];
      const variable = (name: string): string =>
        JSON.parse(new RegExp(`^ {2}${name}: (.*)$`, "m").exec(yaml)?.[1] ?? "") as string;
      const env = {
        ...process.env,
        PATH: `${join(cwd, "bin")}:${process.env.PATH ?? ""}`,
        MODEL: variable("MODEL"),
        BUDGET: variable("BUDGET"),
        RUNNER_TEMP: cwd,
        GITHUB_BASE_REF: "main",
        GITHUB_STEP_SUMMARY: join(cwd, "summary.md"),
      };
      // As GitHub runs it.
      const step = (script: string) => spawnSync("bash", ["-e", "-c", script], { cwd: home, env, encoding: "utf8" });
      assert.is(step(check).status, 0);
      writeFileSync(file, files["norms.onnx"]);
      const broken = step(check);
      assert.is(broken.status, 1);
      assert.match(broken.stdout, /^::error .*file=budget\.lfer/);
      const told = step(tell);
      assert.is(told.status, 0, told.stderr);
      assert.match(readFileSync(join(cwd, "summary.md"), "utf8"), "| params | 2,781 | 2,813 | +32 |");
    }));

  test("sizes of open axes are in every command", () =>
    inFolder({ ...files, ".git/x": "" }, (cwd) => {
      assert.equal(codesIn(runLferc(["init", "--onnx", "open.onnx"], { cwd }).stderr), ["onnx/open-size"]);
      const made = runLferc(["init", "--onnx", "open.onnx", "--set", "height=33", "--set", "width=0x21"], { cwd });
      assert.is(made.code, 0, made.stderr);
      const yaml = readFileSync(join(cwd, workflowPath), "utf8");
      assert.is(yaml.match(/ --set height=33 --set width=33 /g)?.length, 3);
    }));

  test("a file that a workflow cannot find or name is refused before anything is written", () =>
    inFolder({ "r/.git/x": "", "net.onnx": files["net.onnx"], "r/a$(id).onnx": files["net.onnx"] }, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["init", ...args], { cwd: join(cwd, "r") });
      for (const args of [
        ["--onnx", "../net.onnx"],
        ["--onnx", "a$(id).onnx"],
        ["--set", "height=3"],
      ]) {
        const ran = run(...args);
        assert.equal([ran.code, codesIn(ran.stderr)], [2, ["tool/wrong-usage"]], args.join(" "));
      }
      assert.equal(codesIn(run("--onnx", "gone.onnx").stderr), ["data/model-unreadable"]);
      assert.is(spawnSync("ls", ["r"], { cwd, encoding: "utf8" }).stdout, "a$(id).onnx\n");
    }));
});
