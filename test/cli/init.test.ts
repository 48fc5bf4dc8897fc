// The files that `lferc init` writes must be valid, and work at once.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { starter } from "../../src/cli/init-files.js";
import { workflowPath } from "../../src/cli/init-workflow.js";
import { readArguments } from "../../src/cli/read-arguments.js";
import { codesIn, inFolder, runLferc, runOf } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { scriptOf } from "./workflow-steps.js";

const written = [".gitattributes", ".github/workflows/lfer.yml", ".gitignore", "README.md", "model.lfer"];

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

suite("lferc init", (test) => {
  test("its model is formatted, checked, counted, built and trained, by the commands of its README", () =>
    inFolder({}, (cwd) => {
      const made = runLferc(["init", "face"], { cwd });
      assert.equal([made.code, made.stdout], [0, ""]);
      for (const path of written) assert.match(made.stderr, `wrote  face/${path}\n`);
      assert.match(made.stderr, "next:\n  cd face\n");
      const here = { cwd: join(cwd, "face") };
      assert.equal(filesUnder(here.cwd), written);
      assert.is(runLferc(["fmt", "--check"], here).code, 0);
      const checked = runLferc(["check"], here);
      assert.equal([checked.code, checked.stderr], [0, "1 file checked: no mistakes\n"]);
      const counted = JSON.parse(runLferc(["stats", starter.file, "--format", "json"], here).stdout) as {
        readonly model: string;
        readonly params: { readonly total: number };
      };
      assert.is(counted.model, starter.model);
      // 3 x 12, 12 x 24 and 24 x 36 windows of 9 with 2 of batch norm for each channel; 36 maps of 5x5 to 3 classes.
      assert.is(counted.params.total, 9 * (36 + 288 + 864) + 2 * 72 + 900 * 3 + 3);
      const built = runLferc(["build", starter.file, "--target", "onnx", "-o", "model.onnx"], here);
      assert.is(built.code, 0, built.stderr);
      assert.match(built.stderr, "equal to the reference");
      const args = ["--recipe", starter.recipe, "--data", "generated", "--epochs", "1", "--threads", "1"];
      const trained = runLferc(["train", starter.file, ...args], here);
      assert.is(trained.code, 0, trained.stderr);
      const accuracy = Number(/held out: +([\d.]+)%/.exec(trained.stderr)?.[1]);
      assert.ok(accuracy > 60, `${accuracy}%, where guessing gives 33%`);
      assert.ok(existsSync(join(here.cwd, runOf(trained), "model.onnx")));
    }));

  test("what is told next, and the README's commands, are command lines that lferc takes", () =>
    inFolder({}, async (cwd) => {
      const { stderr } = runLferc(["init"], { cwd });
      const readme = readFileSync(join(cwd, "README.md"), "utf8");
      const lines = [...`${stderr}${readme}`.matchAll(/^ *npx --no lferc (\S.*?)(?: {2,}.*)?$/gm)].map(
        ([, line = ""]) => line,
      );
      assert.ok(lines.length >= 12);
      for (const line of lines) {
        const [name, ...args] = line.split(" ");
        const command = commands.find((each) => each.name === name);
        assert.ok(command, line);
        assert.is(readArguments(command.name, await command.load(), args).kind, "values", line);
      }
    }));

  test("a budget that the model breaks is an error", () =>
    inFolder({}, (cwd) => {
      runLferc(["init"], { cwd });
      const ran = runLferc(["stats", starter.file, "--set", "width=13", "--format", "json"], { cwd });
      assert.is(ran.code, 0);
      const text = readFileSync(join(cwd, starter.file), "utf8").replace("width: int = 12", "width: int = 16");
      return inFolder({ "m.lfer": text }, (folder) => {
        const codes = codesIn(runLferc(["check"], { cwd: folder }).stderr);
        assert.equal([...new Set(codes.map((code) => code.split("/")[0]))], ["budget"]);
        assert.is(codes.length, 2);
      });
    }));

  test("nothing is overwritten, nothing is left half done", () =>
    inFolder({ "f/README.md": "mine\n", "f/model.lfer": "lfer 1\n" }, (cwd) => {
      const ran = runLferc(["init", "f"], { cwd });
      assert.equal([ran.code, ran.stdout, codesIn(ran.stderr)], [1, "", ["tool/would-overwrite"]]);
      assert.match(ran.stderr, "f/model.lfer, f/README.md exist already");
      assert.equal(filesUnder(join(cwd, "f")), ["README.md", "model.lfer"]);
      const kept = runLferc(["init", "f", "--keep"], { cwd });
      assert.is(kept.code, 0);
      assert.match(kept.stderr, "kept   f/README.md\n");
      assert.is(readFileSync(join(cwd, "f/README.md"), "utf8"), "mine\n");
      assert.equal(filesUnder(join(cwd, "f")), written);
    }));

  test("nothing at all is no folder, and a dash is none to go back to", () =>
    inFolder({}, (cwd) => {
      const empty = runLferc(["init", ""], { cwd });
      assert.equal([empty.code, codesIn(empty.stderr), readdirSync(cwd)], [1, ["tool/no-such-path"], []]);
      assert.match(runLferc(["init", "-"], { cwd }).stderr, "\n  cd ./-\n");
    }));

  test("a link out of the folder is refused", () =>
    inFolder({ "elsewhere/x": "" }, (cwd) => {
      mkdirSync(join(cwd, "f"));
      symlinkSync(join(cwd, "elsewhere"), join(cwd, "f/.github"));
      const ran = runLferc(["init", "f"], { cwd });
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["tool/leads-outside"]]);
      assert.equal([readdirSync(join(cwd, "f")), readdirSync(join(cwd, "elsewhere"))], [[".github"], ["x"]]);
    }));

  test("the workflow: its scripts; below the top of a repository it says where to move it", () =>
    inFolder({}, (cwd) => {
      spawnSync("git", ["init", "--quiet"], { cwd });
      const ran = runLferc(["init", "models/a face"], { cwd });
      assert.is(ran.code, 0);
      assert.match(ran.stderr, `mkdir -p .github/workflows && mv 'models/a face/${workflowPath}'`);
      const yaml = readFileSync(join(cwd, "models/a face", workflowPath), "utf8");
      assert.match(yaml, '\n  MODELS: "./models/a face"\n');
      for (const name of ["one form", "no mistakes, no broken budget"]) {
        const step = scriptOf(yaml, name);
        const [command = "", ...args] = step.replace('"$MODELS"', "./models/a face").split(/ (?!face)/);
        assert.equal([command, runLferc(args, { cwd }).code], ["lferc", 0], step);
      }
    }));

  test("a .gitattributes of one's own is kept with --keep, and what it lacks is said", () =>
    inFolder({ ".gitattributes": "* text=auto\n" }, (cwd) => {
      assert.equal(codesIn(runLferc(["init"], { cwd }).stderr), ["tool/would-overwrite"]);
      const kept = runLferc(["init", "--keep"], { cwd });
      assert.is(kept.code, 0);
      assert.match(kept.stderr, 'add "*.lfer text eol=lf" to it');
      assert.is(readFileSync(join(cwd, ".gitattributes"), "utf8"), "* text=auto\n");
    }));

  for (const name of ['a"b', "$(touch hacked)", "x\ny", `$${"{{"} github.token }}`]) {
    test(`a folder called ${JSON.stringify(name)} does not get into the workflow`, () =>
      inFolder({}, (cwd) => {
        spawnSync("git", ["init", "--quiet"], { cwd });
        const ran = runLferc(["init", name], { cwd });
        assert.is(ran.code, 0);
        assert.match(readFileSync(join(cwd, name, workflowPath), "utf8"), '\n  MODELS: "."\n');
      }));
  }
});
