import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { CommandModule } from "yargs";
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

async function info(session: Session): Promise<0> {
  const rows = [
    ["lferc", version, ""],
    ["node", process.versions.node, `${process.platform} ${process.arch}, ${availableParallelism()} threads`],
  ];
  for (const { name, use } of optionalPackages) rows.push([name, await probe(name), use]);
  for (const [name = "", found = "", use = ""] of rows) {
    session.print(`${`${name.padEnd(18)}${found.padEnd(16)}${use}`.trimEnd()}\n`);
  }
  return 0;
}

export const infoCommand: CommandModule = {
  command: "info",
  describe: "Prints the versions of lferc and Node, and which optional packages are installed and what they are for.",
  handler: () => runCommand(info),
};
