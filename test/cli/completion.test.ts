import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { completedLines, files } from "../shells/completed-lines.js";
import { inFolder, lfercPath, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

let made: string | undefined;
const bashScript = (): string => {
  made ??= runLferc(["completion", "bash"]).stdout;
  return made;
};

/** The completions of bash for a command line whose last word is being typed. */
function offered(script: string, cwd: string, ...words: readonly string[]): readonly string[] {
  // A function in place of the program on the path.
  const lferc = `lferc() { '${process.execPath}' '${lfercPath()}' "$@"; }`;
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lferc; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync("bash", ["--norc", "-c", `${lferc}\n${script}\n${ask}`, "bash", ...words], {
    cwd,
    encoding: "utf8",
  });
  assert.is(ran.stderr, "");
  return ran.stdout.split("\n").filter((line) => line !== "");
}

suite("lferc completion", (test) => {
  for (const { words, offered: expected } of completedLines) {
    test(`bash: lferc ${words.join(" ")}`, () =>
      inFolder(files, (cwd) => {
        const found = offered(bashScript(), cwd, "lferc", ...words);
        assert.equal(found.toSorted(), expected.toSorted());
      }));
  }

  test("bash: a value after an equals sign; file names are left to bash", () =>
    inFolder(files, (cwd) => {
      const script = bashScript();
      assert.equal(offered(script, cwd, "lferc", "stats", "--format", "=", "cs"), ["csv"]);
      assert.equal(offered(script, cwd, "lferc", "stats", "'small.lfer'", "--model", "=", "w"), ["wide"]);
      assert.equal(offered(script, cwd, "lferc", "check", "mod"), []);
      assert.equal(offered(script, cwd, "lferc", "stats", "nowhere.lfer", "--model", ""), []);
    }));

  test("what a file is called is no command", () =>
    inFolder({ ...files, "$(touch hit).lfer": files["small.lfer"] ?? "" }, (cwd) => {
      assert.equal(offered(bashScript(), cwd, "lferc", "stats", "'$(touch hit).lfer'", "--model", "w"), ["wide"]);
      assert.not.ok(existsSync(join(cwd, "hit")));
    }));

  test("models and recipes of a file, also of one with mistakes; a wrong path is said", () =>
    inFolder(files, (cwd) => {
      const ask = (...args: readonly string[]) => runLferc(["completion", ...args], { cwd });
      assert.is(ask("models", "small.lfer").stdout, "Small\nwide\n");
      assert.is(ask("recipes", "small.lfer").stdout, "Train\nTune\n");
      assert.is(ask("recipes", "sub folder").stdout, "");
      assert.match(ask("models", "nowhere").stderr, "tool/no-such-path");
      assert.equal([ask("models", "nowhere").code, ask("models").code, ask("zsh", "small.lfer").code], [1, 2, 2]);
    }));

  test("every command and flag is there, in each shell", async () => {
    const [bash, zsh, fish] = [bashScript(), ...["zsh", "fish"].map((shell) => runLferc(["completion", shell]).stdout)];
    const named = offered(bash, root, "lferc", "").filter((word) => !word.startsWith("-"));
    assert.equal(
      named,
      commands.map(({ name }) => name),
    );
    for (const { name, load } of commands) {
      const flags = [...declaredArguments(await load()).options.keys()];
      const words = offered(bash, root, "lferc", name, "-").map((word) => word.replace(/^--(no-)?/, ""));
      for (const flag of flags) {
        assert.ok(words.includes(flag), `bash: ${name} --${flag}`);
        const part = zsh?.split(`\n    ${name})\n`)[1]?.split(";;")[0] ?? "";
        assert.match(part, new RegExp(`--(no-)?${flag}=?\\[`), `zsh: ${name}`);
        assert.match(fish ?? "", new RegExp(`^complete .*__lferc_in ${name}'.* -l (no-)?${flag} .*-d '`, "m"), "fish");
      }
    }
  });

  test("another shell: did you mean, exit code 2", () => {
    const ran = runLferc(["completion", "zhs"]);
    assert.is(ran.code, 2);
    assert.match(ran.stderr, 'Did you mean "zsh"?');
  });
});
