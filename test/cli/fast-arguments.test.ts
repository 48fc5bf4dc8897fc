import fc from "fast-check";
import * as assert from "uvu/assert";
import type { CommandModule } from "yargs";
import { fastArguments } from "../../src/cli/fast-arguments.js";
import { commandParser } from "../../src/cli/parse-command.js";
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

async function viaYargs(args: readonly string[]): Promise<Values | "refused"> {
  seen = undefined;
  try {
    await commandParser("sample", sample).parseAsync(["sample", ...args]);
  } catch (error) {
    assert.is((error as Error).name, "UsageError");
    return "refused";
  }
  return seen ?? "refused";
}

/** Without keys that are there but undefined, and yargs' one-letter doubles, which no handler reads. */
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
  "--",
  "-",
  "-x",
  "-ox",
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

suite("fast arguments", (test) => {
  test("say what yargs says, or decline", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 7 }), async (args) => {
        const fast = fastArguments("sample", sample, args);
        if (fast === undefined || args.includes("--help")) {
          assert.not(fast !== undefined && args.includes("--help"));
          return;
        }
        const slow = await viaYargs(args);
        assert.is.not(slow, "refused", `fast took ${JSON.stringify(args)}`);
        assert.equal(comparable(fast), comparable(slow as Values), JSON.stringify(args));
      }),
      { numRuns: 400 },
    );
  });

  for (const line of [
    ["a.lfer"],
    ["a.lfer", "b.lfer", "--format", "json"],
    ["a.lfer", "-o", "out.onnx", "--no-verify", "--opset=17"],
    ["--set", "size=112", "a.lfer", "--set", "stem=58", "--dry-run"],
  ]) {
    test(`takes ${line.join(" ")}`, async () => {
      const fast = fastArguments("sample", sample, line);
      assert.ok(fast, "declined");
      assert.equal(comparable(fast as Values), comparable((await viaYargs(line)) as Values));
    });
  }

  for (const line of [
    [],
    ["a", "--nope"],
    ["a", "--format", "xml"],
    ["a", "--out"],
    ["a", "--out", "x", "--out", "y"],
    ["a", "--help"],
  ]) {
    test(`leaves to yargs: ${line.join(" ") || "nothing"}`, () => {
      assert.is(fastArguments("sample", sample, line), undefined);
    });
  }

  test("declines a builder that does more than it can write down", () => {
    const module: CommandModule = { command: "x", builder: (yargs) => yargs.check(() => true), handler: () => {} };
    assert.is(fastArguments("x", module, []), undefined);
  });
});
