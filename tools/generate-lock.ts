import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type GeneratedFile, root } from "./generated-file.js";

interface Lock {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * A lock file of npm in which no package has an install script: `npm ci` then runs none, in any version of npm. None is needed.
 * onnxruntime-node's script downloads CUDA files on every Linux on x64; if that fails, npm silently skips the whole package, because
 * it is optional.
 */
export function withoutInstallScripts(lockText: string): string {
  const lock = JSON.parse(lockText) as Lock;
  const packages = Object.entries(lock.packages).map(([folder, { hasInstallScript: _, ...rest }]) => [folder, rest]);
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, undefined, 2)}\n`;
}

/** package-lock.json: npm marks the packages that it adds, and all of them when it recreates the file. */
export async function generateLock(): Promise<GeneratedFile[]> {
  const path = "package-lock.json";
  return [{ path, text: withoutInstallScripts(await readFile(join(root, path), "utf8")) }];
}
