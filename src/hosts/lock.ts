/**
 * A lock in a file: one process has it until it ends, and that of a killed process is in nobody's way. Node has no lock of the
 * operating system's, so the file says whose it is.
 *
 * Two that find the same dead lock must not both take it. So a dead lock is only ever replaced, in one step, by whoever holds
 * the lock *on that dead lock*: a file of the same kind, whose name has the dead one's digest in it. Who comes second finds
 * other text in the place of what he judged, and begins anew.
 */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { lstat, readdir, readFile, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sha256 } from "../formats/digest.js";
import { undoAtExit } from "./at-exit.js";
import { isGone, markText, ownMark, parseMark } from "./process-mark.js";
import { codeOf, removeIfThere, writeFileWhole } from "./write-file.js";

export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When it took the lock, as ISO 8601 has it. */
  readonly since: string;
}

export interface Lock {
  /** Of whom it was before, where a process that is gone had left it. */
  readonly takenFrom: LockOwner | undefined;
  /** Whether it is still there and ours: somebody may have removed it, or taken us for dead. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export type LockResult =
  | { readonly kind: "locked"; readonly lock: Lock }
  /** The owner is unknown where the file says none. */
  | { readonly kind: "held"; readonly owner: LockOwner | undefined }
  | { readonly kind: "failed"; readonly code: string };

/** What stands in the file: the owner, which process that is, and something that no other lock has. */
interface LockText extends LockOwner {
  readonly process: string;
  readonly token: string;
}

/** How often a holder says that it is there, for those who cannot see its process. */
const touchMs = 60_000;

/** A file that was just made has its text a moment later. */
const looksForText = 20;
const looksForTaker = 500;
const lookAgainMs = 10;

/** No lock is longer; what is, is none of ours and is not read. */
const longestText = 4096;

function parse(text: string): LockText | undefined {
  try {
    const { pid, host, since, process, token } = JSON.parse(text) as Partial<LockText>;
    if (!Number.isSafeInteger(pid) || ![host, since, process, token].every((each) => typeof each === "string")) return;
    return { pid, host, since, process, token } as LockText;
  } catch {
    return undefined;
  }
}

interface FoundLock {
  readonly text: string;
  readonly owner: LockText | undefined;
  readonly isGone: boolean;
}

/** What stands at a lock's path, or why that cannot be known; undefined where nothing does. */
async function look(path: string): Promise<FoundLock | { readonly code: string } | undefined> {
  try {
    for (let looks = 1; ; looks++) {
      const about = await lstat(path);
      if (!about.isFile()) return { code: "EEXIST" };
      const text = about.size > longestText ? "" : await readFile(path, "utf8");
      const owner = parse(text);
      if (owner === undefined && looks < looksForText) {
        await wait(lookAgainMs);
        continue;
      }
      const mark = owner === undefined ? undefined : parseMark(owner.process);
      return { text, owner, isGone: isGone(mark, Date.now() - about.mtimeMs) };
    }
  } catch (error) {
    return codeOf(error) === "ENOENT" ? undefined : { code: codeOf(error) };
  }
}

/** Who has the lock now; undefined where nobody has, or only a process that is gone. */
export async function lockHolder(path: string): Promise<Extract<LockResult, { kind: "held" }> | undefined> {
  const found = await look(path);
  if (found === undefined || "code" in found || found.isGone) return undefined;
  return { kind: "held", owner: found.owner };
}

/** Makes the file, unless one is there; in one go, so that no signal comes between its beginning and its removal at exit. */
function create(path: string, text: string): "created" | "there" | { readonly code: string } {
  let isOurs = false;
  try {
    const file = openSync(path, "wx");
    isOurs = true;
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
    return "created";
  } catch (error) {
    if (isOurs) rmSync(path, { force: true });
    return !isOurs && codeOf(error) === "EEXIST" ? "there" : { code: codeOf(error) };
  }
}

function held(path: string, text: string, takenFrom: LockOwner | undefined): LockResult {
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, touchMs);
  touch.unref();
  const isHeld = async (): Promise<boolean> => (await readFile(path, "utf8").catch(() => undefined)) === text;
  const forget = undoAtExit(() => {
    if (readFileSync(path, "utf8") === text) rmSync(path);
  });
  const release = async (): Promise<void> => {
    clearInterval(touch);
    if (await isHeld()) await removeIfThere(path);
    forget();
  };
  return { kind: "locked", lock: { takenFrom, isHeld, release } };
}

/** Takes the lock, also from a process that is gone; its folder must be there. */
export async function takeLock(path: string): Promise<LockResult> {
  const mark = ownMark();
  const owner: LockText = {
    pid: mark.pid,
    host: hostname(),
    since: new Date().toISOString(),
    process: markText(mark),
    token: randomUUID(),
  };
  const text = `${JSON.stringify(owner)}\n`;
  for (let looks = 1; ; looks++) {
    const created = create(path, text);
    if (created === "created") return held(path, text, undefined);
    if (created !== "there") return { kind: "failed", ...created };
    const found = await look(path);
    // Gone in the meantime; but not for ever, or there is something else in the way.
    if (found === undefined && looks > looksForTaker) return { kind: "failed", code: "EEXIST" };
    if (found === undefined) continue;
    if ("code" in found) return { kind: "failed", ...found };
    if (!found.isGone) return { kind: "held", owner: found.owner };
    const right = await takeLock(`${path}.${sha256([found.text]).slice(0, 16)}`);
    if (right.kind === "failed") return right;
    if (right.kind === "held") {
      // Somebody is just taking it. Who that is stands in the file in a moment.
      if (looks > looksForTaker) return right;
      await wait(lookAgainMs);
      continue;
    }
    try {
      const now = await look(path);
      if (now === undefined || "code" in now || now.text !== found.text) continue;
      const replaced = await writeFileWhole(path, [new TextEncoder().encode(text)]);
      if (replaced.kind === "failed") return { kind: "failed", code: replaced.code };
      return held(path, text, found.owner);
    } finally {
      await right.lock.release();
    }
  }
}

/**
 * For the holder: removes what takers have left beside the lock when they were killed. One that is at it now has judged a lock
 * that is no longer there, and finds that out.
 */
export async function sweepTakers(path: string): Promise<void> {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    const isTaker = name.startsWith(begin) && /^[0-9a-f]{16}(\.[0-9a-f]{16})*$/.test(name.slice(begin.length));
    if (isTaker) await removeIfThere(join(folder, name));
  }
}
