import yargs, { type Argv, type CommandModule } from "yargs";
import type { CommandEntry } from "./command-entry.js";
import { declaredArguments } from "./declared-arguments.js";
import { exitCodes } from "./exit-codes.js";

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

/** Examples, each unbroken on its line, for copying. */
function examplesText(module: CommandModule): string {
  const lines = declaredArguments(module).examples.map(([command, purpose]) => `  ${command}\n      ${purpose}\n`);
  return `Examples:\n${lines.join("")}`;
}

/** The exit codes of one command, in words. */
function exitCodesText(failure: string | undefined): string {
  const meanings = Object.entries({ ...exitCodes, 1: failure }).flatMap(([code, meaning]) =>
    meaning === undefined ? [] : [`  ${code.padEnd(4)} ${meaning}`],
  );
  return `Exit codes:\n${meanings.join("\n")}`;
}

/** The text of `lferc NAME --help`; `width` in columns, default the terminal's. */
export async function commandHelp({ name, failure, load }: CommandEntry, width?: number): Promise<string> {
  const module = await load();
  const parser = commandParser(module);
  if (width !== undefined) parser.wrap(width);
  // Parsing adds the command's own flags.
  const help = await new Promise<string>((resolve, reject) => {
    parser.parse([name, "--help"], {}, (error, _args, output) => (error ? reject(error) : resolve(output)));
  });
  // Required options have no default; yargs assumes that a list begins empty.
  const told = help.replace(/^(.*?)( *\[array\] \[required\]) \[default: \[\]\]$/gm, "$1             $2");
  // yargs would set examples in columns and break them.
  const options = told.replace(/\n\nExamples:\n[\s\S]*$/, "").trimEnd();
  return `${options.replace(/[ \t]+$/gm, "")}\n\n${examplesText(module)}\n${exitCodesText(failure)}\n`;
}
