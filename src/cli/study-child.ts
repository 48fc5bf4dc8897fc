/** Runs lferc as a separate process, so that runs are independent of each other. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** The end of its output on both streams. */
  readonly said: string;
}

export interface Child {
  readonly ended: Promise<Ended>;
  /** Requests a stop after saving; a second call stops it at once. */
  interrupt(): void;
}

/** Maximum size of the stored output. */
const mostKept = 64 * 2 ** 10;

/** Node's arguments to start this lferc, bundled or from its sources, in any folder. */
function ownScript(): readonly string[] {
  const here = import.meta.url;
  if (here.endsWith(".ts")) {
    return ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("./bin.ts", here))];
  }
  return [...process.execArgv, fileURLToPath(new URL(here.includes("/chunks/") ? "../lferc.js" : "./lferc.js", here))];
}

/** Starts it in the current folder. */
export function startLferc(args: readonly string[]): Child {
  const child = spawn(process.execPath, [...ownScript(), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // In a process group of its own: otherwise Ctrl-C would reach it twice, from us and from the terminal, and it would lose
    // its epoch.
    detached: process.platform !== "win32",
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      said = (said + text).slice(-mostKept);
    });
  }
  // The children end with this process.
  const end = (): void => void child.kill();
  process.once("exit", end);
  const ended = new Promise<Ended>((settle) => {
    const finish = (code: number | null, more = ""): void => {
      process.removeListener("exit", end);
      settle({ code, said: said + more });
    };
    child.once("error", (error) => finish(null, String(error)));
    child.once("close", (code) => finish(code));
  });
  return { ended, interrupt: () => void child.kill("SIGINT") };
}
