import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of a finished run, from its output. */
export const runOf = ({ stdout }: Pick<Ran, "stdout">): string => /^run: +(\S+)/m.exec(stdout)?.[1] ?? "";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

// One for each process: concurrent test runs must not build into each other's.
const folder = `.cache/test-dist-${process.pid}`;
let built = false;

/** The bundle of the current sources; built once per test run, so that no stale dist/ is tested. */
export function lfercPath(): string {
  if (!built) {
    const build = spawnSync(process.execPath, ["tools/build.mjs", folder], { cwd: root, encoding: "utf8" });
    if (build.status !== 0) throw new Error(`tools/build.mjs failed:\n${build.stderr}`);
    built = true;
    process.once("exit", () => rmSync(join(root, folder), { recursive: true, force: true }));
  }
  return join(root, folder, "lferc.js");
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another lferc.js than the one built for this run. */
  readonly script?: string;
}

/** Runs the built lferc to its end, without colours unless `env` says otherwise. */
export function runLferc(
  args: readonly string[],
  { cwd = root, env = {}, script = lfercPath() }: RunOptions = {},
): Ran {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const run = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...inherited, NO_COLOR: "1", ...env },
    maxBuffer: 1 << 28,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Runs the built lferc in a folder below `place` that is removed before lferc starts. */
export function runInRemovedFolder(place: string, args: readonly string[]): Ran {
  const gone = join(place, "gone");
  mkdirSync(gone);
  const script = `rmdir "$0" && exec "$@"`;
  const command = ["-c", script, gone, process.execPath, lfercPath(), ...args];
  const run = spawnSync("/bin/sh", command, { cwd: gone, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A temporary folder with these files, removed afterwards. */
export async function inFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lfer-test-")));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of the built lferc in a folder without a node_modules above it, so without optional packages. Returns its script. */
export function standAlone(folder: string): string {
  cpSync(dirname(lfercPath()), join(folder, "dist"), { recursive: true });
  return join(folder, "dist/lferc.js");
}

/** The codes in brackets in lferc's output. */
export const codesIn = (text: string): string[] =>
  [...text.matchAll(/^(?:error|warning)\[([^\]]+)\]/gm)].map(([, code = ""]) => code);
