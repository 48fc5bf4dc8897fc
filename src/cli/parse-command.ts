import yargs, { type Argv, type CommandModule } from "yargs";
import { diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { UsageError } from "./usage.js";

/** What yargs knows of the flags it was told of. `getOptions` is public but missing from its types. */
interface KnownOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly array: readonly string[];
}

const camelCase = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The flags of a parser that has been told of them. */
export function knownFlags(parser: Argv): readonly string[] {
  const options = (parser as unknown as { getOptions(): KnownOptions }).getOptions();
  return [
    ...new Set([...Object.keys(options.key), ...Object.keys(options.alias), ...Object.values(options.alias).flat()]),
  ];
}

/** Unknown flags, flags said twice and arguments too many, in our words; the rest of the checking is yargs'. */
function refuseUnknown(command: string, args: Readonly<Record<string, unknown>>, parser: Argv): void {
  const flags = knownFlags(parser);
  const known = new Set(["_", "$0", ...flags, ...flags.map(camelCase)]);
  const { array } = (parser as unknown as { getOptions(): KnownOptions }).getOptions();
  for (const [flag, value] of Object.entries(args)) {
    if (!known.has(flag)) {
      const suggestion = suggest(
        flag,
        flags.filter((name) => name.length > 1),
      );
      throw new UsageError(diagnose("tool/unknown-flag", { command, flag, suggestion }));
    }
    if (Array.isArray(value) && flag !== "_" && flags.includes(flag) && !array.includes(flag)) {
      throw new UsageError(diagnose("tool/flag-said-twice", { flag }));
    }
  }
  const surplus = (args._ as readonly (string | number)[])[1];
  if (surplus !== undefined)
    throw new UsageError(diagnose("tool/unexpected-argument", { command, argument: String(surplus) }));
}

/** A parser that knows one command. */
export function commandParser(name: string, module: CommandModule): Argv {
  const parser = yargs()
    .scriptName("lferc")
    .locale("en")
    .parserConfiguration({ "greedy-arrays": false, "strip-aliased": true })
    .command(module)
    .version(false)
    .help("help", "show this")
    .alias("help", "h")
    .showHelpOnFail(false)
    .exitProcess(false)
    .fail((message, error) => {
      // A mistake in the arguments has only yargs' message; whatever the command itself threw comes as an error.
      if (error !== undefined && error.name !== "YError") throw error;
      throw new UsageError(diagnose("tool/wrong-usage", { command: name, detail: message ?? error.message }));
    });
  return parser.middleware((args) => refuseUnknown(name, args, parser), true);
}

/** Parses the arguments and runs the command. */
export async function runParsed(name: string, module: CommandModule, args: readonly string[]): Promise<void> {
  await commandParser(name, module).parseAsync([name, ...args]);
}
