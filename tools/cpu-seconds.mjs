// CPU time of a process and of all that it started, from Linux' /proc: wall time says nothing on a machine that does other work too.
import { readdirSync, readFileSync } from "node:fs";

/** Fields of /proc/PID/stat after the command: times are in hundredths of a second. */
function readStat(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  // User and system time of its own, and of the children that have ended.
  return {
    parent: Number(fields[1]),
    seconds: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100,
  };
}

/** Seconds of a process, of its living descendants, and of those that it waited for; nothing on a system without /proc. */
export function cpuSeconds(pid) {
  const all = new Map();
  try {
    for (const entry of readdirSync("/proc")) if (/^\d+$/.test(entry)) tryRead(all, Number(entry));
  } catch {
    return undefined;
  }
  const isBelow = (each) => each === pid || (all.has(each) && isBelow(all.get(each).parent));
  return [...all.keys()].filter(isBelow).reduce((sum, each) => sum + all.get(each).seconds, 0);
}

function tryRead(all, pid) {
  try {
    all.set(pid, readStat(pid));
  } catch {
    // It has ended since the folder was read.
  }
}
