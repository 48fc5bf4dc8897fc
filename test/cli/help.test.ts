// The help of every command is complete, and its examples work.
import * as assert from "uvu/assert";
import { commandHelp } from "../../src/cli/command-help.js";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { exitCodes } from "../../src/cli/exit-codes.js";
import { readArguments } from "../../src/cli/read-arguments.js";
import { runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** The arguments of an example, as a shell would pass them; redirections of the output are ignored. */
function argumentsIn(example: string, name: string): readonly string[] | undefined {
  const [, line] = new RegExp(`\\blferc ${name}\\b([^<>|)]*)`).exec(example) ?? [];
  return line?.split(" ").filter((word) => word !== "");
}

suite("help", (test) => {
  for (const entry of commands) {
    const { name } = entry;
    test(`lferc ${name}: every argument is described, every example can be typed, exit codes stand at the end`, async () => {
      const module = await entry.load();
      const { options, positionals, examples } = declaredArguments(module);
      assert.match(String(module.describe), /^[A-Z].*\.$/s);
      const described = [...options, ...positionals.map((place) => [place.name, place.options] as const)];
      for (const [argument, { describe }] of described) {
        assert.match(describe ?? "", /^[^A-Z ].*[^.]$|^[A-Z]{2}/s, `${argument} of lferc ${name}`);
      }
      assert.ok(examples.length > 0, "an example");
      for (const [command, purpose] of examples) {
        assert.ok(purpose !== "", `what ${command} is for`);
        const args = argumentsIn(command, name);
        assert.ok(args, command);
        assert.is(readArguments(name, module, args).kind, "values", command);
      }
      const help = await commandHelp(entry, 80);
      for (const [argument] of described) assert.match(help, argument);
      const [, shown = ""] = /\n\nExamples:\n([\s\S]*?)\n\n/.exec(help) ?? [];
      for (const [command, purpose] of examples) assert.ok(shown.includes(`  ${command}\n      ${purpose}`), command);
      const wide = help
        .replace(shown, "")
        .split("\n")
        .filter((line) => line.length > 80);
      assert.equal(wide, []);
      const told = [...(/\n\nExit codes:\n([\s\S]*)$/.exec(help)?.[1] ?? "").matchAll(/^ {2}(\d+) +\S/gm)];
      const mayFail = entry.failure !== undefined;
      assert.equal(
        told.map(([, code]) => Number(code)),
        Object.keys(exitCodes)
          .map(Number)
          .filter((code) => code !== 1 || mayFail),
      );
    });
  }

  test("what is required has no default", () => {
    const { stdout } = runLferc(["stats", "--help"]);
    assert.match(stdout, /\[array\] \[required\]\n/);
    assert.not.match(stdout, "[default: []]");
  });

  test("the general help names every command and every exit code", () => {
    const { stdout } = runLferc(["--help"]);
    for (const { name, summary } of commands) assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, "m"));
    for (const code of Object.keys(exitCodes)) assert.match(stdout, new RegExp(`exit codes:.*\\b${code} `));
  });
});
