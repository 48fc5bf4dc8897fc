import { availableParallelism } from "node:os";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { loadNativeRuntime } from "../deploy/onnx-runtime.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { type EngineEntry, engines } from "../engines/registry.js";
import { version } from "../version.js";
import { packageVersion } from "./package-version.js";
import { runCommand, type Session } from "./session.js";

/** An optional package: its purpose, and its loader. */
interface OptionalPackage {
  readonly name: string;
  readonly use: string;
  readonly load: () => Promise<unknown>;
}

const optionalPackages: readonly OptionalPackage[] = [
  {
    name: "onnxruntime-node",
    use: "runs ONNX models: predict, and the comparison with the reference in build",
    load: loadNativeRuntime,
  },
  { name: "sharp", use: "decodes pictures: predict", load: () => loadDecoder() },
];

/** One line for a package that works; for others, the reason and what to do on further lines. */
function rowsOf(name: string, found: string | Problem, use: string): readonly (readonly string[])[] {
  if (!isProblem(found)) return [[name, found, use]];
  const { message, help } = found.diagnose({});
  return [
    [name, "not here", use],
    ["", "", message],
    ["", "", help],
  ];
}

async function packageRows({ name, use, load }: OptionalPackage): Promise<readonly (readonly string[])[]> {
  const loaded = await load();
  return rowsOf(name, isProblem(loaded) ? loaded : packageVersion(import.meta.resolve(name)), use);
}

async function engineRows({ name, summary, load }: EngineEntry): Promise<readonly (readonly string[])[]> {
  return rowsOf(name, (await (await load()).availability()) ?? "runs here", summary);
}

async function info(session: Session): Promise<0> {
  const engineAnswers = Promise.all(engines.map(engineRows));
  const rows: (readonly string[])[] = [
    ["lferc", version, ""],
    ["node", process.versions.node, `${process.platform} ${process.arch}, ${availableParallelism()} threads`],
  ];
  for (const entry of optionalPackages) rows.push(...(await packageRows(entry)));
  rows.push(...(await engineAnswers).flat());
  for (const [name = "", found = "", use = ""] of rows) {
    session.print(`${`${name.padEnd(18)}${found.padEnd(16)}${use}`.trimEnd()}\n`);
  }
  return 0;
}

export const infoCommand: CommandModule = {
  command: "info",
  describe:
    "Prints the versions of lferc and Node, the installed optional packages and their purpose, and the engines that can train here.",
  builder: (yargs) => yargs.example("lferc info", "to include in a bug report"),
  handler: () => runCommand(info),
};
