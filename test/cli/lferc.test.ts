import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { codeList } from "../../src/cli/explain.command.js";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import { version } from "../../src/version.js";
import { codesIn, inFolder, lfercPath, root, runInRemovedFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const good = `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> conv(16, groups: 8) -> flatten
  output logits
}
`;
const bad = good.replace("groups: 8", "groups: 5");

const project = { "package.json": "{}", "models/good.lfer": good, "models/bad/bad.lfer": bad };

suite("lferc", (test) => {
  test("without a command: help on stderr, exit code 2", () => {
    const ran = runLferc([]);
    assert.is(ran.code, 2);
    assert.is(ran.stdout, "");
    assert.match(ran.stderr, "usage: lferc COMMAND");
  });

  test("--help and --version are data", () => {
    const help = runLferc(["--help"]);
    assert.equal([help.code, help.stderr], [0, ""]);
    assert.match(help.stdout, "explain");
    assert.equal(runLferc(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("a misspelt command: did you mean, exit code 2", () => {
    const ran = runLferc(["chekc"]);
    assert.is(ran.code, 2);
    assert.match(ran.stderr, 'Did you mean "check"?');
  });

  test("a misspelt flag in a command's place, a misspelt target, a code without its phase: did you mean", () => {
    for (const [args, meant] of [
      [["--verison"], "--version"],
      [["build", "m.lfer", "-o", "m.svg", "--target", "sgv"], "svg"],
      [["explain", "not-divisible"], "shape/not-divisible"],
    ] as const) {
      const ran = runLferc(args);
      assert.equal([ran.code, ran.stdout], [2, ""]);
      assert.ok(ran.stderr.includes(`Did you mean "${meant}"?`), ran.stderr);
    }
  });

  test("help COMMAND is COMMAND --help", () => {
    assert.equal(runLferc(["help", "stats"]), runLferc(["stats", "--help"]));
    assert.equal(runLferc(["help"]), runLferc(["--help"]));
    assert.match(runLferc(["help", "chekc"]).stderr, 'Did you mean "check"?');
  });

  test("a command of a later day is unknown, not half there", () => {
    for (const name of ["train", "eval", "bench"]) assert.is(runLferc([name]).code, 2, name);
  });

  test("a misspelt flag: did you mean, exit code 2", () => {
    const ran = runLferc(["check", "--fromat", "json"]);
    assert.equal([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, 'Did you mean "--format"?');
  });

  test("every command has help that goes to stdout", () => {
    const names = "init check fmt stats build train predict bench explain info completion tour".split(" ");
    for (const name of names) {
      const ran = runLferc([name, "--help"]);
      assert.equal([ran.code, ran.stderr], [0, ""], name);
      assert.match(ran.stdout, `lferc ${name}`);
    }
  });

  test("a folder that is gone: a diagnostic, exit code 2", () =>
    inFolder({}, (cwd) => {
      for (const args of [["check"], ["stats", "m.lfer"], ["info"], ["check", "--help"]]) {
        const ran = runInRemovedFolder(cwd, args);
        assert.equal([ran.code, codesIn(ran.stderr)], [2, ["tool/no-working-folder"]], args.join(" "));
      }
      assert.is(runInRemovedFolder(cwd, ["--version"]).code, 0);
    }));

  test("a dash or nothing at all is no path", () =>
    inFolder({ "good.lfer": good }, (cwd) => {
      for (const command of ["check", "stats"]) {
        const dash = runLferc([command, "-"], { cwd });
        assert.equal([dash.code, codesIn(dash.stderr)], [1, ["tool/no-standard-input"]], command);
        const empty = runLferc([command, ""], { cwd });
        assert.equal([empty.code, codesIn(empty.stderr)], [1, ["tool/no-such-path"]], command);
      }
    }));

  test("our bug: exit code 70, and what to do", () =>
    inFolder({}, (cwd) => {
      // No user can cause this: a current folder of a type that Node never returns.
      const broken = join(cwd, "broken.mjs");
      writeFileSync(broken, "process.cwd = () => 1;\n");
      const ran = runLferc(["check", "x"], { cwd, env: { NODE_OPTIONS: `--import ${broken}` } });
      assert.equal([ran.code, ran.stdout], [70, ""]);
      assert.match(ran.stderr, "this is a bug in lferc");
      assert.match(ran.stderr, `lferc ${version}, Node ${process.version}`);
    }));

  test("interrupted: exit code 130", () =>
    inFolder({ "a.lfer": good }, async (cwd) => {
      // The file's reading is delayed, so that the signal arrives in the middle.
      const slow = join(cwd, "slow.mjs");
      writeFileSync(
        slow,
        'import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module";\n' +
          "const read = fs.readFile;\n" +
          'const hang = () => { process.stdout.write("reading"); return new Promise((go) => setTimeout(go, 60_000)); };\n' +
          'fs.readFile = (path, ...rest) => String(path).endsWith(".lfer") ? hang() : read(path, ...rest);\n' +
          "syncBuiltinESMExports();\n",
      );
      const child = spawn(process.execPath, ["--import", slow, lfercPath(), "check", "a.lfer"], {
        cwd,
        stdio: ["ignore", "pipe", "ignore"],
      });
      child.stdout.once("data", () => child.kill("SIGINT"));
      const ended = await new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
      assert.equal(ended, [130, null]);
    }));

  test("a reader that goes away is no error", async () => {
    const child = spawn(process.execPath, [lfercPath(), "explain"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (text) => {
      said += String(text);
    });
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal([code, said], [0, ""]);
  });
});

suite("lferc check", (test) => {
  test("a folder: mistakes on stderr, exit code 1", () =>
    inFolder(project, (cwd) => {
      const ran = runLferc(["check", "models"], { cwd });
      assert.equal([ran.code, ran.stdout], [1, ""]);
      assert.equal(codesIn(ran.stderr), ["shape/not-divisible"]);
      assert.match(ran.stderr, "--> models/bad/bad.lfer:5:");
      assert.match(ran.stderr, "2 files checked: 1 error");
    }));

  test("good files: exit code 0; no path means here", () =>
    inFolder({ "models/good.lfer": good }, (cwd) => {
      const ran = runLferc(["check"], { cwd });
      assert.equal([ran.code, ran.stdout], [0, ""]);
      assert.match(ran.stderr, "1 file checked: no mistakes");
    }));

  test("json: one object on stdout that names the place", () =>
    inFolder(project, (cwd) => {
      const ran = runLferc(["check", "models", "--format", "json"], { cwd });
      const document = JSON.parse(ran.stdout);
      assert.equal([ran.code, document.schemaVersion, document.errors], [1, 1, 1]);
      const [{ code, span }] = document.diagnostics;
      assert.equal([code, span.file, span.start.line], ["shape/not-divisible", "models/bad/bad.lfer", 5]);
    }));

  test("github: an annotation at the line", () =>
    inFolder(project, (cwd) => {
      const ran = runLferc(["check", "models", "--format=github"], { cwd });
      assert.match(ran.stdout, /^::error file=models\/bad\/bad\.lfer,line=5,endLine=5,/);
    }));

  test("a mistake in an imported file is told once", () =>
    inFolder(
      {
        "package.json": "{}",
        "part.lfer": `lfer 1\n\nblock Part(n: int) = conv(n, kernal: 3)\n`,
        "a.lfer": good
          .replace("model M", 'import { Part } from "./part.lfer"\n\nmodel M')
          .replace("conv(8)", "Part(8)"),
        "b.lfer": good
          .replace("model M", 'import { Part } from "./part.lfer"\n\nmodel B')
          .replace("conv(8)", "Part(8)"),
      },
      (cwd) => {
        const ran = runLferc(["check", "."], { cwd });
        assert.is(ran.code, 1);
        const places = [...ran.stderr.matchAll(/^ *--> (part\.lfer:\d+:\d+)$/gm)];
        assert.is(codesIn(ran.stderr).length, new Set(places.map(([, place]) => place)).size, ran.stderr);
      },
    ));

  test("colours only when asked for", () =>
    inFolder(project, (cwd) => {
      const colour = "\u001b[";
      assert.not(runLferc(["check", "models"], { cwd }).stderr.includes(colour));
      assert.ok(
        runLferc(["check", "models"], { cwd, env: { NO_COLOR: "", FORCE_COLOR: "1" } }).stderr.includes(colour),
      );
    }));

  test("a file too large is refused, not read", () =>
    inFolder({ "big.lfer": " ".repeat(10_000_000) }, (cwd) => {
      const ran = runLferc(["check", "big.lfer"], { cwd });
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["limit/file-too-large"]]);
    }));

  test("a thousand files", () =>
    inFolder(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m/${i}.lfer`, good])), (cwd) => {
      const ran = runLferc(["check", "m"], { cwd });
      assert.equal([ran.code, ran.stderr], [0, "1000 files checked: no mistakes\n"]);
    }));
});

suite("lferc explain and info", (test) => {
  test("explain says why and shows both files", () => {
    const ran = runLferc(["explain", "shape/not-divisible"]);
    assert.is(ran.code, 0);
    assert.match(ran.stdout, "Gives it:");
    assert.match(ran.stdout, "Fixed:");
  });

  test("explain without a code, or with a phase, says a line about each code", () => {
    const lines = runLferc(["explain"]).stdout.trimEnd().split("\n");
    assert.equal(
      lines.map((line) => line.split(" ")[0]),
      Object.keys(catalogue),
    );
    for (const line of lines) assert.match(line, /^\S+ {2,}[^ ].*[.?!]$/);
    const shapes = runLferc(["explain", "shape"]).stdout.trimEnd().split("\n");
    assert.ok(shapes.length > 10 && shapes.every((line) => line.startsWith("shape/")));
    assert.ok(shapes.length < lines.length);
  });

  test("the list of codes fits a terminal", () => {
    for (const width of [80, 120]) {
      const text = codeList(Object.keys(catalogue), width);
      assert.equal(
        text.split("\n").filter((line) => line.length > width),
        [],
      );
    }
  });

  test("a code may carry its brackets", () => assert.is(runLferc(["explain", "[shape/not-divisible]"]).code, 0));
});

suite("hostile names", (test) => {
  const screen = "\u001b[2J";
  const command = "\n::error::forged";

  test("what a checkout calls its files is shown, never obeyed", () =>
    inFolder({ [`a${screen}${command}.lfer`]: `${bad}\n\n` }, (cwd) => {
      for (const args of [
        ["check"],
        ["fmt", "--check"],
        ["fmt", "--diff"],
        ["stats", "."],
        ["check", "--format", "github"],
      ]) {
        const { stdout, stderr } = runLferc(args, { cwd });
        assert.ok(`${stdout}${stderr}`.includes("a␛[2J"), args.join(" "));
        assert.not.match(stdout + stderr, screen);
        assert.not.match(stdout + stderr, /^\s*::error::forged/m);
      }
    }));

  test("secrets of the project are read by no import", () =>
    inFolder(
      {
        "package.json": "{}",
        ".env": "TOKEN=hunter2\n",
        "m.lfer": good.replace("model M", 'import { A } from "./.env"\nimport { B } from "./b.lfer"\n\nmodel M'),
      },
      (cwd) => {
        symlinkSync(".env", join(cwd, "b.lfer"));
        const { stderr } = runLferc(["check", "m.lfer"], { cwd });
        assert.equal(codesIn(stderr), ["import/no-lfer-file", "import/unreadable-file"]);
        assert.not.match(stderr, /TOKEN|hunter2/);
      },
    ));
});
