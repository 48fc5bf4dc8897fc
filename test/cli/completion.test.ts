import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const bashScript = (): string => runLferc(["completion", "bash"]).stdout;

/** The completions of bash for a command line whose last word is being typed. */
function offered(script: string, ...words: readonly string[]): readonly string[] {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lferc; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync("bash", ["--norc", "-c", `${script}\n${ask}`, "bash", ...words], { encoding: "utf8" });
  assert.is(ran.stderr, "");
  return ran.stdout.split("\n").filter((line) => line !== "");
}

suite("lferc completion", (test) => {
  test("bash completes commands, flags and their values", () => {
    const script = bashScript();
    assert.equal(offered(script, "lferc", "ch"), ["check"]);
    assert.equal(offered(script, "lferc", "fmt", "--d"), ["--diff"]);
    assert.equal(offered(script, "lferc", "build", "a.lfer", "--no"), ["--no-verify"]);
    assert.equal(offered(script, "lferc", "stats", "--format", "m"), ["markdown"]);
    assert.equal(offered(script, "lferc", "stats", "--format", "=", "cs"), ["csv"]);
    assert.equal(offered(script, "lferc", "completion", ""), ["bash", "zsh"]);
    assert.equal(offered(script, "lferc", "check", "mod"), [], "file names are left to bash");
  });

  test("every command and flag is there, in both shells", async () => {
    const [bash, zsh] = [bashScript(), runLferc(["completion", "zsh"]).stdout];
    const named = offered(bash, "lferc", "").filter((word) => !word.startsWith("-"));
    assert.equal(
      named,
      commands.map(({ name }) => name),
    );
    for (const { name, load } of commands) {
      const flags = [...declaredArguments(await load()).options.keys()];
      const words = offered(bash, "lferc", name, "-").map((word) => word.replace(/^--(no-)?/, ""));
      for (const flag of flags) {
        assert.ok(words.includes(flag), `bash: ${name} --${flag}`);
        const part = zsh.split(`\n    ${name})\n`)[1]?.split(";;")[0] ?? "";
        assert.match(part, new RegExp(`--(no-)?${flag}\\[`), `zsh: ${name}`);
      }
    }
  });

  test("zsh reads its script, where there is a zsh", () =>
    inFolder({ _lferc: runLferc(["completion", "zsh"]).stdout }, (cwd) => {
      const ran = spawnSync("zsh", ["-n", join(cwd, "_lferc")], { encoding: "utf8" });
      assert.ok((ran.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT" || ran.status === 0, ran.stderr);
    }));

  test("another shell: did you mean, exit code 2", () => {
    const ran = runLferc(["completion", "zhs"]);
    assert.is(ran.code, 2);
    assert.match(ran.stderr, 'Did you mean "zsh"?');
  });
});
