import type { ArgumentsCamelCase, CommandModule } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { harmless } from "../diagnostics/display-text.js";
import { InvariantError } from "../diagnostics/invariant.js";
import { renderPretty } from "../diagnostics/render-pretty.js";
import { noSourceTexts } from "../diagnostics/source-text.js";
import { suggest } from "../diagnostics/suggest.js";
import { version } from "../version.js";
import { commands } from "./commands.js";
import { exitCodes } from "./exit-codes.js";
import { readArguments } from "./read-arguments.js";
import { forPeople, paintFor, stayQuietOnBrokenPipes, widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";
import { workingFolder } from "./working-folder.js";

const usageExit = 2;
const bugExit = 70;
const interruptedExit = 130;

/** The text of `lferc --help`. */
export function helpText(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  return `lferc ${version}: compiler for lfer, a language for lightweight vision networks

usage: lferc COMMAND [ARGUMENTS...]

commands:
${commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`).join("\n")}

lferc COMMAND --help describes a command, lferc --version prints the version.
exit codes: ${Object.entries(exitCodes)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join("; ")}.
`;
}

const sayHelp = (text: string): void => void process.stdout.write(forPeople(process.stdout, text));

function refuse(diagnostic: Diagnostic): void {
  process.stderr.write(
    harmless(renderPretty(diagnostic, noSourceTexts, paintFor(process.stderr), widthOn(process.stderr))),
  );
  process.exitCode = usageExit;
}

/** Reports a bug in lferc and what to send; the stack is for its developers. */
function reportBug(error: unknown): void {
  const kind = error instanceof InvariantError ? "" : " (an error that nobody caught)";
  const where =
    error instanceof InvariantError && error.span !== undefined ? ` at ${error.span.file}:${error.span.start}` : "";
  process.stderr.write(
    harmless(`lferc: this is a bug in lferc${kind}, not in your file${where}.
${error instanceof Error ? (error.stack ?? error.message) : String(error)}
lferc ${version}, Node ${process.version}, ${process.platform} ${process.arch}
Please report it, with the command and the file that showed it, to those from whom you have lfer.
`),
  );
  process.exitCode = bugExit;
}

/** A better message for an unknown flag: a parameter of the file, or another tool's word. */
async function meant(name: string, module: CommandModule, args: readonly string[], found: Diagnostic) {
  if (found.code !== "tool/unknown-flag") return undefined;
  const { settingMeant } = await import("./settings-as-flags.js");
  const { flagMeant } = await import("./other-words.js");
  return (await settingMeant(name, module, args, found)) ?? flagMeant(name, module, args);
}

/** Runs one command line; sets `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  stayQuietOnBrokenPipes();
  // Temporary files are removed on exit, which would not happen if the signal itself ended the process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(interruptedExit));
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(forPeople(process.stderr, helpText()));
    process.exitCode = usageExit;
    return;
  }
  if (name === "help" && rest[0] !== undefined && !rest[0].startsWith("-")) return main([rest[0], "--help"]);
  if (name === "--help" || name === "-h" || name === "help") {
    sayHelp(helpText());
    return;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${version}\n`);
    return;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.name);
    const { commandMeant } = await import("./other-words.js");
    const suggestion = commandMeant(name) ?? suggest(name, name.startsWith("-") ? ["--help", "--version"] : names);
    refuse(diagnose("tool/unknown-command", { name, suggestion, known: names.join(", ") }));
    return;
  }
  try {
    const module = await command.load();
    const read = readArguments(name, module, rest);
    if (read.kind === "help") {
      // yargs reads it when it is loaded.
      workingFolder();
      sayHelp(await (await import("./command-help.js")).commandHelp(command));
    } else if (read.kind === "refused") {
      refuse((await meant(name, module, rest, read.diagnostic)) ?? read.diagnostic);
    } else await module.handler(read.values as ArgumentsCamelCase);
  } catch (error) {
    if (error instanceof UsageError) refuse(error.diagnostic);
    else reportBug(error);
  }
}
