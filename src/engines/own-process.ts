/**
 * Runs a script in a process of its own: graphics drivers write to stderr as they like, a broken one may take its process with it,
 * and a library that is loaded cannot be unloaded.
 */
import { spawn } from "node:child_process";

/** A driver that has not answered by then never will, for our purposes. */
const patienceMs = 30_000;

export interface Answer {
  /** What it wrote to stdout; or how it died. */
  readonly said: string;
  readonly died: boolean;
}

/** An ES module as text, with its arguments. */
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
