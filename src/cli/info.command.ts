import { availableParallelism } from "node:os";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import type { Found } from "../engines/engine.js";
import { engines } from "../engines/registry.js";
import { version } from "../version.js";
import { type EngineState, engineStates } from "./engine-states.js";
import { docsFolder } from "./package-root.js";
import { packageVersion } from "./package-version.js";
import { displayPath } from "./project.js";
import { runCommand, type Session } from "./session.js";

const formats = ["pretty", "json"] as const;

interface InfoArguments {
  readonly format: (typeof formats)[number];
}

/** The output of `lferc info`. */
export interface Info {
  readonly schemaVersion: 1;
  readonly lferc: string;
  readonly node: string;
  readonly platform: string;
  readonly architecture: string;
  readonly cores: number;
  /** The version of the picture decoder; null if it is not installed. */
  readonly sharp: string | null;
  readonly engines: readonly EngineState[];
  /** The folder of the pages that messages call docs/NAME.md; null if it is not installed. */
  readonly docs: string | null;
}

async function gather(): Promise<Info> {
  const [states, decoder] = await Promise.all([engineStates(engines), loadDecoder()]);
  return {
    schemaVersion: 1,
    lferc: version,
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    cores: availableParallelism(),
    sharp: isProblem(decoder) ? null : packageVersion(import.meta.resolve("sharp")),
    engines: states,
    docs: docsFolder() ?? null,
  };
}

const nameWidth = 15;
const foundWidth = 10;

const line = (name: string, found: string, rest: string): string =>
  `${name.padEnd(nameWidth)}${found.padEnd(foundWidth)}${rest}`.trimEnd();

const placeOf = ({ device, threads }: Found): string =>
  threads === undefined ? device : `${device}, ${threads} thread${threads === 1 ? "" : "s"}`;

/** The lines for people: for each engine what was found, or what it needs. */
export function infoLines({ lferc, node, platform, architecture, cores, sharp, engines: states, docs }: Info): string {
  const lines = [
    line("lferc", lferc, ""),
    line("node", node, `${platform} ${architecture}, ${cores} core${cores === 1 ? "" : "s"}`),
    line("sharp", sharp ?? "not here", sharp === null ? "npm install sharp" : "decodes pictures"),
    ...states.map((state) =>
      state.found ? line(state.name, state.version, placeOf(state)) : line(state.name, "not here", state.needs),
    ),
    ...(docs === null ? [] : [`${"docs".padEnd(nameWidth)}${oneLine(docs)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

async function info(session: Session, { format }: InfoArguments): Promise<0> {
  const found = await gather();
  if (format === "json") session.json(`${JSON.stringify(found, undefined, 2)}\n`);
  else session.print(infoLines(found.docs === null ? found : { ...found, docs: displayPath(session.cwd, found.docs) }));
  return 0;
}

export const infoCommand: CommandModule<object, InfoArguments> = {
  command: "info",
  describe:
    "Prints the versions of lferc and Node, the machine, and for each engine whether it can train here: its version and device, or what it needs.",
  builder: (yargs) =>
    yargs
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty, or json: one object, also with the reason why an engine cannot run",
      })
      .example("lferc info", "to include in a bug report"),
  handler: (args) => runCommand((session) => info(session, args)),
};
