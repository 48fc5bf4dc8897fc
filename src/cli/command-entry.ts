import type { CommandModule } from "yargs";

/** A command's name, what the help says of it, and its module, which is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  /** Its line in the list of commands. */
  readonly summary: string;
  /** What exit code 1 means; undefined where the command never ends with it. */
  readonly failure: string | undefined;
  load(): Promise<CommandModule>;
}
