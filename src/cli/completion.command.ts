import type { CommandModule } from "yargs";
import type { CommandEntry } from "./command-entry.js";
import { bashCompletion, type CompletedCommand, zshCompletion } from "./completion-scripts.js";
import { declaredArguments } from "./declared-arguments.js";
import { type ExitCode, runCommand, type Session } from "./session.js";

const scripts = { bash: bashCompletion, zsh: zshCompletion } as const;

interface CompletionArguments {
  readonly shell: keyof typeof scripts;
}

async function completion(
  session: Session,
  args: CompletionArguments,
  commands: readonly CommandEntry[],
): Promise<ExitCode> {
  const all: CompletedCommand[] = [];
  for (const { name, summary, load } of commands) {
    all.push({ name, summary, declared: declaredArguments(await load()) });
  }
  session.data(scripts[args.shell](all));
  return 0;
}

/** The table of commands is an argument, because it contains this command. */
export const completionCommand = (commands: readonly CommandEntry[]): CommandModule<object, CompletionArguments> => ({
  command: "completion <shell>",
  describe: "Prints a script with which the shell completes commands, flags and their values.",
  builder: (yargs) =>
    yargs
      .positional("shell", {
        type: "string",
        choices: Object.keys(scripts) as (keyof typeof scripts)[],
        demandOption: true,
        describe: "your shell",
      })
      .example("source <(lferc completion bash)", "in ~/.bashrc")
      .example("source <(lferc completion zsh)", "in ~/.zshrc, after compinit"),
  handler: (args) => runCommand((session) => completion(session, args, commands)),
});
