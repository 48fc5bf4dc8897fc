/** Circumstances in a run's record: the command line, the versions, the commit. */
import { commitOf } from "../hosts/git-commit.js";
import type { Circumstances } from "../training/run-record.js";
import { onnxRuntimeVersion } from "../version.js";
import { installedVersion } from "./package-version.js";

/** The version of the package behind an engine. */
function engineVersion(engine: string): string | undefined {
  if (engine === "ort-wasm") return onnxRuntimeVersion;
  return installedVersion(engine.startsWith("ort") ? "onnxruntime-node" : "@tensorflow/tfjs-node");
}

/** `root`: the project of the source. */
export async function runCircumstances(root: string, engine: string): Promise<Circumstances> {
  return {
    commandLine: ["lferc", ...process.argv.slice(2)],
    commit: await commitOf(root),
    engineVersion: engineVersion(engine),
    sharpVersion: installedVersion("sharp"),
    now: () => new Date(),
  };
}
