/** Identifies the process that made a file, as a word in the file's name, and checks whether that process still runs. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../formats/digest.js";

/** A process number alone is not enough: numbers are reused, and other machines and containers have their own. */
export interface ProcessMark {
  readonly machine: string;
  /** Identifies the boot of the machine. */
  readonly boot: string;
  /** The process namespace: each container has its own. */
  readonly space: string;
  readonly pid: number;
  /** The start time of the process. */
  readonly start: string;
}

/** For systems that do not provide it. */
const unknown = "0";

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * The fields after the name in `/proc/PID/stat`; the name may contain any character. Field 0 is the state, field 19 the start
 * time.
 */
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

/** As part of a pattern of names. */
export const markPattern = "[0-9a-f]{8}-[0-9a-f]{1,8}-\\d{1,20}-\\d{1,10}-\\d{1,20}";

export function parseMark(text: string): ProcessMark | undefined {
  if (!new RegExp(`^${markPattern}$`).test(text)) return undefined;
  const [machine = "", boot = "", space = "", pid = "", start = ""] = text.split("-");
  return Number(pid) > 0 ? { machine, boot, space, pid: Number(pid), start } : undefined;
}

/** Whether a process of this machine and namespace runs, and is not a zombie. */
function runs({ pid, start }: ProcessMark): boolean {
  const facts = factsOf(pid);
  if (facts !== undefined) return facts[19] === start && !["Z", "X"].includes(facts[0] ?? "");
  if (pid === process.pid) return start === ownMark().start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be signalled, but it runs.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** A process on another machine or in another container cannot be checked; it counts as dead after this time without activity. */
export const silenceMs = 15 * 60_000;

/** Whether the process of a mark is dead; if that cannot be seen, judged by the time since it last touched its file. */
export function isGone(mark: ProcessMark | undefined, silentMs: number): boolean {
  const here = ownMark();
  if (mark === undefined || mark.machine !== here.machine) return silentMs > silenceMs;
  if (mark.boot !== here.boot) return true;
  return mark.space === here.space ? !runs(mark) : silentMs > silenceMs;
}
