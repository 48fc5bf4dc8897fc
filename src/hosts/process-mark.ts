/** Which process made something that lies on a disk, as a word in its name, and whether that process is gone. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../formats/digest.js";

/** A number alone would not do: numbers of processes are given again, and other machines and containers have their own. */
export interface ProcessMark {
  readonly machine: string;
  /** This start of the machine. */
  readonly boot: string;
  /** The space of process numbers: each container has its own. */
  readonly space: string;
  readonly pid: number;
  /** When the process began. */
  readonly start: string;
}

/** Where a system does not say. */
const unknown = "0";

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** What follows the name in `/proc/PID/stat`, which may have any sign in it: the state, ..., at 19 the time of the start. */
const factsOf = (pid: number): readonly string[] | undefined =>
  read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");

function spaceOfNumbers(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? unknown;
  } catch {
    return unknown;
  }
}

let own: ProcessMark | undefined;

export function ownMark(): ProcessMark {
  own ??= {
    machine: sha256([hostname(), "\n", read("/etc/machine-id") ?? ""]).slice(0, 8),
    boot: read("/proc/sys/kernel/random/boot_id")?.slice(0, 8) ?? unknown,
    space: spaceOfNumbers(),
    pid: process.pid,
    start: factsOf(process.pid)?.[19] ?? String(Math.round(performance.timeOrigin)),
  };
  return own;
}

export const markText = ({ machine, boot, space, pid, start }: ProcessMark): string =>
  [machine, boot, space, pid, start].join("-");

/** As a part of a pattern of names. */
export const markPattern = "[0-9a-f]{8}-[0-9a-f]{1,8}-\\d{1,20}-\\d{1,10}-\\d{1,20}";

export function parseMark(text: string): ProcessMark | undefined {
  if (!new RegExp(`^${markPattern}$`).test(text)) return undefined;
  const [machine = "", boot = "", space = "", pid = "", start = ""] = text.split("-");
  return Number(pid) > 0 ? { machine, boot, space, pid: Number(pid), start } : undefined;
}

/** Whether a process of this machine and this space of numbers is there and no corpse that waits for its parent. */
function runs({ pid, start }: ProcessMark): boolean {
  const facts = factsOf(pid);
  if (facts !== undefined) return facts[19] === start && !["Z", "X"].includes(facts[0] ?? "");
  if (pid === process.pid) return start === ownMark().start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is one that cannot be asked, but it is there.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** A process of which nothing can be known, on another machine or in another container, is gone when it was silent so long. */
export const silenceMs = 15 * 60_000;

/** Whether the process of a mark is gone; where that cannot be seen, by how long ago it last touched what it made. */
export function isGone(mark: ProcessMark | undefined, silentMs: number): boolean {
  const here = ownMark();
  if (mark === undefined || mark.machine !== here.machine) return silentMs > silenceMs;
  if (mark.boot !== here.boot) return true;
  return mark.space === here.space ? !runs(mark) : silentMs > silenceMs;
}
