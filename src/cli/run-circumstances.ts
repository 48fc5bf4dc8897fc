/** The origin of a run, for its record: the command line, the versions, the commit. */
import { commitOf } from "../hosts/git-commit.js";
import type { Circumstances } from "../training/run-record.js";
import { installedVersion } from "./package-version.js";

/** `root`: the root folder of the source's project; `engineVersion`: the version of the library that runs the steps. */
export async function runCircumstances(root: string, engineVersion: string): Promise<Circumstances> {
  return {
    commandLine: ["lferc", ...process.argv.slice(2)],
    commit: await commitOf(root),
    engineVersion,
    sharpVersion: installedVersion("sharp"),
    now: () => new Date(),
  };
}
