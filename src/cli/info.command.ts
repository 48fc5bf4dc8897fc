import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { CommandModule } from "yargs";
import { type EngineEntry, engines } from "../training/engines/registry.js";
import { version } from "../version.js";
import { runCommand, type Session } from "./session.js";

/** Packages that lferc works without; what each is for. */
const optionalPackages = [
  { name: "onnxruntime-node", use: "runs ONNX models: predict, and the comparison with the reference in build" },
  { name: "sharp", use: "decodes pictures: predict" },
] as const;

/** The nearest package.json above a module. Most packages do not export theirs. */
function packageVersion(moduleUrl: string): string {
  for (let url = new URL("./package.json", moduleUrl); ; url = new URL("../package.json", url)) {
    try {
      const about = JSON.parse(readFileSync(url, "utf8")) as { version?: unknown };
      if (typeof about.version === "string") return about.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    if (url.pathname === "/package.json") return "unknown version";
  }
}

/** The version of a package that loads, or why it does not. */
async function probe(name: string): Promise<string> {
  try {
    await import(name);
    return packageVersion(import.meta.resolve(name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ERR_MODULE_NOT_FOUND" ? "not installed" : `does not load: ${message.split("\n")[0] ?? ""}`;
  }
}

/** One line on an engine; where it cannot run, what hinders it and what to do stand under it. */
async function engineRows({ name, summary, load }: EngineEntry): Promise<readonly (readonly string[])[]> {
  const hindrance = (await (await load()).availability())?.diagnose({});
  if (hindrance === undefined) return [[name, "runs here", summary]];
  return [
    [name, "not here", summary],
    ["", "", hindrance.message],
    ["", "", hindrance.help],
  ];
}

async function info(session: Session): Promise<0> {
  const engineAnswers = Promise.all(engines.map(engineRows));
  const rows: (readonly string[])[] = [
    ["lferc", version, ""],
    ["node", process.versions.node, `${process.platform} ${process.arch}, ${availableParallelism()} threads`],
  ];
  for (const { name, use } of optionalPackages) rows.push([name, await probe(name), use]);
  rows.push(...(await engineAnswers).flat());
  for (const [name = "", found = "", use = ""] of rows) {
    session.print(`${`${name.padEnd(18)}${found.padEnd(16)}${use}`.trimEnd()}\n`);
  }
  return 0;
}

export const infoCommand: CommandModule = {
  command: "info",
  describe:
    "Prints the versions of lferc and Node, which optional packages are installed and what they are for, and which engines can train here.",
  builder: (yargs) => yargs.example("lferc info", "what to send along with a report of a bug"),
  handler: () => runCommand(info),
};
