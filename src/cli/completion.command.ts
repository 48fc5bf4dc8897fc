import type { CommandModule } from "yargs";
import { diagnose } from "../diagnostics/diagnostic.js";
import type { CommandEntry } from "./command-entry.js";
import { type CompletedCommand, completedCommand, type NameKind, nameKinds } from "./completed-values.js";
import { bashCompletion } from "./completion-bash.js";
import { fishCompletion } from "./completion-fish.js";
import { zshCompletion } from "./completion-zsh.js";
import { declaredArguments } from "./declared-arguments.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { UsageError } from "./usage.js";

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

type Shell = keyof typeof scripts;

interface CompletionArguments {
  readonly shell: Shell | NameKind;
  readonly path?: string | undefined;
}

const isNameKind = (name: Shell | NameKind): name is NameKind => (nameKinds as readonly string[]).includes(name);

/** The names in the files under PATH, one a line, each once. */
async function printNames(session: Session, kind: NameKind, path: string): Promise<ExitCode> {
  const { loadFile } = await import("./compile-file.js");
  const { selectableNames } = await import("../semantics/models/selectable-names.js");
  const { files, failed } = await session.expand([path]);
  const names = new Set<string>();
  for (const file of files) {
    const { sources } = await loadFile(file, session.cwd);
    for (const name of selectableNames(sources)[kind]) names.add(name);
  }
  session.data([...names].map((name) => `${name}\n`).join(""));
  return failed ? 1 : 0;
}

async function completion(
  session: Session,
  { shell, path }: CompletionArguments,
  commands: readonly CommandEntry[],
): Promise<ExitCode> {
  const refuse = (detail: string): never => {
    throw new UsageError(diagnose("tool/wrong-usage", { command: "completion", detail }));
  };
  if (isNameKind(shell)) return printNames(session, shell, path ?? refuse(`${shell} are those of a file: name one`));
  if (path !== undefined) refuse(`a script for ${shell} is about no file: leave it out`);
  const all: CompletedCommand[] = [];
  for (const { name, summary, load } of commands) {
    all.push(completedCommand(name, summary, declaredArguments(await load())));
  }
  session.data(scripts[shell](all));
  return 0;
}

/** The table of commands is an argument, because it contains this command. */
export const completionCommand = (commands: readonly CommandEntry[]): CommandModule<object, CompletionArguments> => ({
  command: "completion <shell> [path]",
  describe:
    "Prints a script with which the shell completes commands, flags and their values. The script asks for the models and recipes of a file as you type.",
  builder: (yargs) =>
    yargs
      .positional("shell", {
        type: "string",
        choices: [...(Object.keys(scripts) as Shell[]), ...nameKinds],
        demandOption: true,
        describe: "your shell; models and recipes print the names in a file",
      })
      .positional("path", { type: "string", describe: "for models and recipes: the file, or a folder of files" })
      .example("source <(lferc completion bash)", "in ~/.bashrc")
      .example("source <(lferc completion zsh)", "in ~/.zshrc, after compinit")
      .example("lferc completion fish | source", "in ~/.config/fish/config.fish")
      .example("lferc completion models models/lfer_ldl.lfer", "what --model may name"),
  handler: (args) => runCommand((session) => completion(session, args, commands)),
});
