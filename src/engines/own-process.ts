/**
 * Runs a script in its own process, because graphics drivers write to stderr, a broken driver may crash its process, and a loaded
 * library cannot be unloaded.
 */
import { spawn } from "node:child_process";

/** A driver that has not answered by then is treated as one that never will. */
const patienceMs = 30_000;

export interface Answer {
  /** Its stdout, or how the process died. */
  readonly said: string;
  readonly died: boolean;
}

/** `script` is the text of an ES module. */
export function askProcess(script: string, args: readonly string[]): Promise<Answer> {
  const all = ["--input-type=module", "--eval", script, ...args];
  const child = spawn(process.execPath, all, { stdio: ["ignore", "pipe", "ignore"], timeout: patienceMs });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve) => {
    child.on("error", ({ message }) => resolve({ said: message, died: true }));
    child.on("close", (code, signal) => {
      if (code === 0) resolve({ said, died: false });
      else
        resolve({ said: signal === "SIGTERM" ? "it does not answer" : `it crashes (${signal ?? code})`, died: true });
    });
  });
}
