import type { CommandModule } from "yargs";

/** A command's name, its line in the list of commands, and its module, which is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}
