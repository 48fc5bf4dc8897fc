import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GeneratedFile, root } from "./generated-file.js";

/** The README's network, and the same after the change that its text describes. */
export function readmeFiles(readme: string): Readonly<Record<string, string>> {
  const [, tiny = ""] = /^`tiny\.lfer`:\n\n```lfer\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const wider = tiny.replace("repeat(2, Light(32))", "repeat(2, Light(48))");
  if (wider === tiny) throw new Error("README.md: the change from tiny.lfer to wider.lfer is none");
  return { "tiny.lfer": tiny, "wider.lfer": wider };
}

/** What a command prints there, both streams; `head -N` cuts it. */
function printed(line: string, cwd: string): string {
  const [command = "", cut] = line.split(" | head -");
  const lferc = ["--import", "tsx", join(root, "src/cli/bin.ts"), ...command.split(" ")];
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: "1", NODE_PATH: join(root, "node_modules") };
  // tsx is found from the repository, the files from the folder.
  const script = `cd "$0" && exec "$@" 2>&1`;
  const args = lferc.map((arg) => (arg === "tsx" ? new URL(import.meta.resolve("tsx")).href : arg));
  const ran = spawnSync("/bin/sh", ["-c", script, cwd, process.execPath, ...args], { env, encoding: "utf8" });
  if (ran.status === null) throw new Error(`README.md: ${line} does not run`);
  const lines = ran.stdout
    .trimEnd()
    .split("\n")
    .map((each) => each.trimEnd());
  return (cut === undefined ? lines : lines.slice(0, Number(cut))).join("\n").trim();
}

/** README.md: below each `<!-- prints: ARGUMENTS -->`, the command and what it prints. */
export async function generateReadme(): Promise<GeneratedFile[]> {
  const path = "README.md";
  const readme = readFileSync(join(root, path), "utf8");
  const cwd = mkdtempSync(join(tmpdir(), "lfer-readme-"));
  try {
    for (const [name, text] of Object.entries(readmeFiles(readme))) writeFileSync(join(cwd, name), text);
    const text = readme.replace(
      /^<!-- prints: (.*) -->\n```text\n[\s\S]*?^```$/gm,
      (_, line: string) =>
        `<!-- prints: ${line} -->\n\`\`\`text\n$ npx --no lferc ${line}\n${printed(line, cwd)}\n\`\`\``,
    );
    return [{ path, text }];
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
