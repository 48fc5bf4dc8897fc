// The workflows that `lferc init` writes and action.yml: valid as GitHub reads them, and their steps run in scratch repositories.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseDocument } from "yaml";
import { starter } from "../../src/cli/init-files.js";
import { onnxWorkflow, sourceWorkflow, workflowPath } from "../../src/cli/init-workflow.js";
import { inFolder, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { git, readSteps, runnerTools, scriptOf } from "./workflow-steps.js";

const action = readFileSync(join(root, "action.yml"), "utf8");
const files: Readonly<Record<string, string>> = {
  "the workflow of sources": sourceWorkflow("./a face", undefined),
  "the workflow of an ONNX file": onnxWorkflow(
    { model: "./the net.onnx", budget: "./budget.lfer", sizes: " --set height=33" },
    { text: "https://example.org/lfer.tgz", moves: false },
  ),
  "action.yml": action,
};

const keysOfSteps = new Set(["name", "if", "uses", "run", "shell", "with", "env", "continue-on-error"]);
const triggers = new Set(["push", "pull_request"]);

suite("workflows and the action", (test) => {
  for (const [title, text] of Object.entries(files)) {
    test(`${title} is YAML without doubts, of the keys that GitHub knows`, () => {
      const document = parseDocument(text, { strict: true, uniqueKeys: true });
      assert.equal([document.errors, document.warnings], [[], []]);
      const value = document.toJS() as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      if (title === "action.yml") {
        assert.equal(Object.keys(value), ["name", "description", "inputs", "runs"]);
        assert.is(value.runs?.using, "composite");
        for (const input of Object.values(value.inputs ?? {}))
          assert.equal(Object.keys(input as object), ["description", "default"]);
      } else {
        assert.equal(Object.keys(value), ["name", "on", "permissions", "env", "jobs"]);
        assert.ok(Object.keys(value.on ?? {}).every((name) => triggers.has(name)));
        assert.equal(value.permissions, { contents: "read", "security-events": "write", "pull-requests": "write" });
        assert.equal(Object.keys(value.jobs?.models ?? {}), ["runs-on", "steps"]);
      }
      const steps = readSteps(text);
      assert.ok(steps.length >= 6);
      for (const step of steps) {
        assert.equal(
          Object.keys(step).filter((key) => !keysOfSteps.has(key)),
          [],
        );
        assert.ok((step.uses === undefined) !== (step.run === undefined), `${step.name}: uses or run`);
        if (step.uses !== undefined) assert.match(step.uses, /^[\w-]+\/[\w/-]+@v\d+$/);
        if (step.if !== undefined) assert.match(step.if, /^\$\{\{ [^{}]+ \}\}$/);
        assert.is(step.shell, title === "action.yml" && step.run !== undefined ? "bash" : undefined);
        for (const given of Object.values({ ...step.with, ...step.env }))
          assert.ok(["string", "number", "boolean"].includes(typeof given));
      }
    });

    test(`${title}: bash reads each script, and no expression is part of one`, () => {
      for (const { name, run } of readSteps(text)) {
        if (run === undefined) continue;
        assert.not.ok(run.includes("${{"), `${name}: an expression would be run as it is`);
        assert.is(spawnSync("bash", ["-n"], { input: run }).status, 0, name);
      }
    });
  }

  test("forks' pull requests, which have no rights, neither comment nor upload", () => {
    for (const text of Object.values(files)) {
      for (const name of ["the cost as a comment", "upload to code scanning"]) {
        const step = readSteps(text).find((each) => each.name === name);
        assert.match(step?.if ?? "", "github.event.pull_request.head.repo.full_name == github.repository");
        assert.is(step?.["continue-on-error"], true);
      }
    }
  });
});

interface Runner {
  /** Runs a step as GitHub does; its exit code, stdout and stderr. */
  step(name: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  readonly file: string;
  readonly temp: string;
  readonly comments: () => readonly string[];
}

/** A clone of a repository with the starter, with steps of `yaml` to run. */
function inClone(yaml: string | undefined, env: Readonly<Record<string, string>>, body: (runner: Runner) => void) {
  return inFolder({}, (cwd) => {
    const bin = runnerTools(cwd);
    const [home, work, temp] = ["home", "work", "temp"].map((name) => join(cwd, name)) as [string, string, string];
    mkdirSync(temp);
    assert.is(runLferc(["init", "home"], { cwd }).code, 0);
    git(home, "init", "--quiet", "--initial-branch", "main");
    git(home, "add", ".");
    git(home, "commit", "--quiet", "-m", "begin");
    git(cwd, "clone", "--quiet", "home", "work");
    const text = yaml ?? readFileSync(join(work, workflowPath), "utf8");
    const runner = {
      ...process.env,
      PATH: `${bin}:${process.env.PATH ?? ""}`,
      MODELS: ".",
      RUNNER_TEMP: temp,
      GITHUB_BASE_REF: "main",
      GITHUB_REPOSITORY: "us/nets",
      GITHUB_STEP_SUMMARY: join(cwd, "summary.md"),
      PULL_REQUEST: "5",
      ...env,
    };
    const comments = join(cwd, "comments");
    body({
      step: (name) =>
        spawnSync("bash", ["-e", "-c", scriptOf(text, name)], { cwd: work, env: runner, encoding: "utf8" }),
      file: join(work, starter.file),
      temp,
      comments: () => readdirSync(comments).map((name) => readFileSync(join(comments, name), "utf8")),
    });
  });
}

const change = (file: string, from: string, to: string): void =>
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));

for (const [title, yaml, env] of [
  ["the workflow", undefined, {}],
  ["the action", action, { BUDGET: "", ARGUMENTS: "" }],
] as const) {
  suite(`${title} in a scratch repository`, (test) => {
    test("a broken budget fails, as an annotation and in a SARIF log", () =>
      inClone(yaml, env, ({ step, file, temp }) => {
        for (const name of ["one form", "no mistakes, no broken budget", "the same for code scanning"]) {
          assert.is(step(name).status, 0, name);
        }
        assert.equal(JSON.parse(readFileSync(join(temp, "lferc.sarif"), "utf8")).runs[0].results, []);
        change(file, "width: int = 12", "width: int = 20");
        const broken = step("no mistakes, no broken budget");
        assert.is(broken.status, 1);
        assert.match(broken.stdout, /^::error .*file=model\.lfer/m);
        // The log is written, the step that fails is the one before.
        assert.is(step("the same for code scanning").status, 0);
        const { results } = JSON.parse(readFileSync(join(temp, "lferc.sarif"), "utf8")).runs[0];
        assert.ok(results.length > 0 && results[0].ruleId.startsWith("budget/"));
      }));

    test("what a change costs is one comment, which the next push changes", () =>
      inClone(yaml, env, ({ step, file, temp, comments }) => {
        const tell = (): void => {
          for (const name of ["what the change costs", "the cost as a comment"]) {
            const ran = step(name);
            assert.is(ran.status, 0, name + ran.stderr);
          }
        };
        tell();
        assert.equal(comments(), [], "nothing changed: no comment");
        change(file, "width: int = 12", "width: int = 13");
        tell();
        assert.is(comments().length, 1);
        // The whole of 12 and of 13 channels.
        for (const figure of ["13,539", "15,603"]) assert.match(comments()[0] ?? "", figure);
        assert.not.match(comments()[0] ?? "", temp, "a path of the runner says nothing");
        change(file, "width: int = 13", "width: int = 12");
        tell();
        assert.is(comments().length, 1);
        assert.match(comments()[0] ?? "", "No change");
        assert.not.ok(existsSync(join(file, "../.before")), "the other checkout is gone");
      }));
  });
}

suite("the action", (test) => {
  test("its lferc is that of its own folder", () =>
    inFolder(
      {
        "bin/npm": '#!/bin/sh\necho "npm $@"\n',
        "its own/dist/lferc.js": "console.log('its', ...process.argv.slice(2))\n",
      },
      (cwd) => {
        spawnSync("chmod", ["+x", join(cwd, "bin/npm")]);
        const env = {
          ...process.env,
          PATH: `${join(cwd, "bin")}:${process.env.PATH ?? ""}`,
          GITHUB_ACTION_PATH: join(cwd, "its own"),
          GITHUB_PATH: join(cwd, "path"),
          RUNNER_TEMP: join(cwd, "temp"),
        };
        const ran = spawnSync("bash", ["-e", "-c", scriptOf(action, "lferc")], { cwd, env, encoding: "utf8" });
        assert.equal([ran.status, ran.stdout], [0, `npm ci --prefix ${join(cwd, "its own")} --no-audit --no-fund\n`]);
        const lferc = join(readFileSync(join(cwd, "path"), "utf8").trim(), "lferc");
        assert.is(spawnSync(lferc, ["stats", "a b"], { encoding: "utf8" }).stdout, "its stats a b\n");
      },
    ));
});
