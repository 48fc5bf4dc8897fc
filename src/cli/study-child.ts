/** lferc itself as a process of its own, so that runs stand beside each other and one that dies takes no other with it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** The last of what it said on both streams. */
  readonly said: string;
}

export interface Child {
  readonly ended: Promise<Ended>;
  /** Asks it to stop and save what it has; twice: to stop at once. */
  interrupt(): void;
}

/** What is kept of what it says. */
const mostKept = 64 * 2 ** 10;

/** How Node starts this very lferc, bundled or from its sources, from whatever folder. */
function ownScript(): readonly string[] {
  const here = import.meta.url;
  if (here.endsWith(".ts")) {
    return ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("./bin.ts", here))];
  }
  return [...process.execArgv, fileURLToPath(new URL(here.includes("/chunks/") ? "../lferc.js" : "./lferc.js", here))];
}

/** Starts it in the folder that we stand in. */
export function startLferc(args: readonly string[]): Child {
  const child = spawn(process.execPath, [...ownScript(), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C reaches it once, by us, and not a second time from the terminal, which would lose its epoch.
    detached: process.platform !== "win32",
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      said = (said + text).slice(-mostKept);
    });
  }
  // Whatever ends us ends what we have started.
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
