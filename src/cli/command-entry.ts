import type { CommandModule } from "yargs";

/** A command's name, its help text, and its module, which is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  /** Its line in the list of commands. */
  readonly summary: string;
  /** The meaning of exit code 1; undefined if the command never returns it. */
  readonly failure: string | undefined;
  load(): Promise<CommandModule>;
}
