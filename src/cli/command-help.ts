import yargs, { type Argv, type CommandModule } from "yargs";

/** A parser that knows one command: it writes the help. */
export function commandParser(module: CommandModule): Argv {
  return yargs()
    .scriptName("lferc")
    .locale("en")
    .parserConfiguration({ "greedy-arrays": false, "strip-aliased": true })
    .command(module)
    .version(false)
    .help("help", "show this")
    .alias("help", "h")
    .exitProcess(false);
}

/** Prints what `lferc NAME --help` says, on stdout. */
export async function printHelp(name: string, module: CommandModule): Promise<void> {
  await commandParser(module).parseAsync([name, "--help"]);
}
