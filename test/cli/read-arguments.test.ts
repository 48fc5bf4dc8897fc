import fc from "fast-check";
import * as assert from "uvu/assert";
import type { CommandModule } from "yargs";
import { commandParser } from "../../src/cli/command-help.js";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { readArguments } from "../../src/cli/read-arguments.js";
import { InvariantError } from "../../src/diagnostics/invariant.js";
import { suite } from "../support/suite.js";

type Values = Readonly<Record<string, unknown>>;

let seen: Values | undefined;

/** A command with one of everything that our commands declare. */
const sample: CommandModule = {
  command: "sample <file> [more..]",
  describe: "for the test",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "a file" })
      .positional("more", { type: "string", array: true, default: [], describe: "more" })
      .option("out", { alias: "o", type: "string", requiresArg: true, describe: "text" })
      .option("opset", { type: "number", default: 18, describe: "a number" })
      .option("verify", { type: "boolean", default: true, describe: "a switch" })
      .option("explain", { type: "boolean", describe: "a switch without default" })
      .option("dry-run", { type: "boolean", default: false, describe: "a switch with a dash" })
      .option("format", { choices: ["pretty", "json"] as const, default: "pretty", describe: "a word" })
      .option("set", { type: "string", array: true, requiresArg: true, describe: "many" })
      .example("lferc sample a", "for the test"),
  handler: (args) => {
    seen = args;
  },
};

/** What yargs passes to the handler; undefined if it rejects the arguments or prints help. */
async function viaYargs(args: readonly string[]): Promise<Values | undefined> {
  seen = undefined;
  const parser = commandParser(sample)
    .strict()
    .fail(() => {
      throw new Error("refused");
    });
  await parser.parseAsync(["sample", ...args]).catch(() => {
    seen = undefined;
  });
  return seen;
}

const read = (...args: readonly string[]) => readArguments("sample", sample, args);

/** The message for a wrong command line. */
function said(...args: readonly string[]): string {
  const answer = read(...args);
  return answer.kind === "refused" ? `${answer.diagnostic.code}: ${answer.diagnostic.message}` : answer.kind;
}

/** Without undefined keys, and without yargs' one-letter duplicates, which no handler reads. */
const comparable = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== undefined && key.length > 1));

const words = [
  "a.lfer",
  "b",
  "--out",
  "x y",
  "-o",
  "--opset",
  "13",
  "17.5",
  "0x10",
  "1e3",
  "007",
  "--no-verify",
  "--verify",
  "--explain",
  "--dry-run",
  "--dryRun",
  "--format",
  "json",
  "xml",
  "--format=json",
  "--set",
  "k=v",
  "size=112",
  "--set=a=b",
  "-x",
  "--nope",
  "true",
  "--help",
  "",
  "-1",
  "--opset=19",
  "--no-out",
  "--out=",
  "--explain=false",
  "日本",
  "'q'",
];

suite("reading arguments", (test) => {
  test("what is taken, yargs takes too, and says the same of it", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 7 }), async (args) => {
        const answer = read(...args);
        if (answer.kind !== "values") return;
        taken++;
        const theirs = await viaYargs(args);
        assert.ok(theirs, `yargs refuses ${JSON.stringify(args)}`);
        assert.equal(comparable(answer.values), comparable(theirs as Values), JSON.stringify(args));
      }),
      { numRuns: 600 },
    );
    assert.ok(taken > 60, `${taken} command lines were taken`);
  });

  for (const line of [
    ["a.lfer"],
    ["a.lfer", "b.lfer", "--format", "json"],
    ["a.lfer", "-o", "out.onnx", "--no-verify", "--opset=17"],
    ["a.lfer", "--verify=false", "--explain", "true"],
    ["--set", "size=112", "a.lfer", "--set", "stem=58", "--dry-run", "--opset", "-3"],
  ]) {
    test(`takes ${line.join(" ")}`, async () => {
      const answer = read(...line);
      assert.is(answer.kind, "values");
      assert.equal(comparable((answer as { values: Values }).values), comparable((await viaYargs(line)) as Values));
    });
  }

  test("takes what yargs loses: a lone dash, all behind --, a value that touches its letter", () => {
    const values = (...line: readonly string[]) => (read(...line) as { values: Values }).values;
    assert.is(values("-").file, "-");
    assert.equal(values("--opset", "1e3", "--", "-x.lfer", "--format").more, ["--format"]);
    assert.is(values("a", "-oout.onnx").out, "out.onnx");
  });

  test("help is asked for anywhere but behind --", () => {
    for (const line of [["--help"], ["a", "--nope", "-h"], ["--format", "xml", "--help"]]) {
      assert.is(read(...line).kind, "help");
    }
    assert.is(read("--", "--help").kind, "values");
  });

  const mistakes: readonly (readonly [readonly string[], string])[] = [
    [[], "tool/missing-argument: lferc sample needs <file>: a file"],
    [["a", "--nope"], 'tool/unknown-flag: lferc sample has no flag "--nope".'],
    [["a", "--hlep"], 'tool/unknown-flag: lferc sample has no flag "--hlep". Did you mean "--help"?'],
    [["a", "-x"], 'tool/unknown-flag: lferc sample has no flag "-x".'],
    [["a", "--fromat=json"], 'tool/unknown-flag: lferc sample has no flag "--fromat". Did you mean "--format"?'],
    [["a", "-format", "json"], 'tool/unknown-flag: lferc sample has no flag "-format". Did you mean "--format"?'],
    [["a", "--dryRun"], 'tool/unknown-flag: lferc sample has no flag "--dryRun". Did you mean "--dry-run"?'],
    [["a", "--no-out"], 'tool/unknown-flag: lferc sample has no flag "--no-out".'],
    [["--file", "a"], 'tool/unknown-flag: lferc sample has no flag "--file".'],
    [["a", "--__proto__", "b"], 'tool/unknown-flag: lferc sample has no flag "--__proto__".'],
    [["a", "--format", "jsn"], 'tool/wrong-value: --format takes pretty, json, not "jsn". Did you mean "json"?'],
    [["a", "--format"], "tool/wrong-value: --format needs a value: pretty, json"],
    [["a", "--out", "--format", "json"], "tool/wrong-value: --out needs a value"],
    [["a", "-o", ""], "tool/wrong-value: -o needs a value"],
    [["a", "--opset", "x"], 'tool/wrong-value: --opset takes a number, not "x".'],
    [["a", "--opset", "1e999"], 'tool/wrong-value: --opset takes a number, not "1e999".'],
    [["a", "--verify=maybe"], 'tool/wrong-value: --verify takes true or false, not "maybe".'],
    [["a", "-o", "x", "--out", "y"], "tool/flag-said-twice: --out is given more than once"],
    [["a", "--verify", "--no-verify"], "tool/flag-said-twice: --verify is given more than once"],
  ];
  for (const [line, message] of mistakes) {
    test(`${line.join(" ") || "nothing"}: in our words`, () => assert.is(said(...line), message));
  }

  test("an argument too many, and a wrong word in its place", () => {
    const module: CommandModule = {
      command: "one <shell>",
      builder: (yargs) => yargs.positional("shell", { type: "string", choices: ["bash", "zsh"] }),
      handler: () => {},
    };
    const message = (...args: readonly string[]) =>
      (readArguments("one", module, args) as { diagnostic: { message: string } }).diagnostic.message;
    assert.is(message("bash", "b"), 'lferc one does not know what to do with "b"');
    assert.is(message("bsh"), '<shell> takes bash, zsh, not "bsh". Did you mean "bash"?');
  });

  test("a builder that does more than describe is our mistake", () => {
    const module: CommandModule = { command: "x", builder: (yargs) => yargs.check(() => true), handler: () => {} };
    assert.throws(
      () => declaredArguments(module),
      (error: unknown) => error instanceof InvariantError,
    );
  });

  test("all our commands describe themselves in a way that is understood", async () => {
    for (const { name, load } of commands) {
      assert.ok(declaredArguments(await load()), name);
    }
  });
});
