/**
 * A lock in a file: one process holds it until it ends, and that of a killed process can be taken over. Node has no access to
 * the operating system's locks, so the file's text identifies the owner.
 *
 * Two processes that find the same dead lock must not both take it. So a dead lock is replaced, in one step, only by the holder
 * of the lock *on that dead lock*: a file of the same kind whose name contains the dead one's digest. A process that comes
 * second finds another text than the one it has judged, and starts again.
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
  /** When the lock was taken, in ISO 8601. */
  readonly since: string;
}

export interface Lock {
  /** The previous owner, if a dead process had left the lock. */
  readonly takenFrom: LockOwner | undefined;
  /** Whether it still exists and is ours: another process may have removed it, or judged us dead. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export type LockResult =
  | { readonly kind: "locked"; readonly lock: Lock }
  /** The owner is unknown if the file names none. */
  | { readonly kind: "held"; readonly owner: LockOwner | undefined }
  | { readonly kind: "failed"; readonly code: string };

/** The contents of the file: the owner, its process, and a unique id. */
interface LockText extends LockOwner {
  readonly process: string;
  readonly token: string;
}

/** Interval in which a holder touches its lock, for processes that cannot see it. */
const touchMs = 60_000;

/** A newly created file gets its text a moment later. */
const looksForText = 20;
const looksForTaker = 500;
const lookAgainMs = 10;

/** Locks are shorter; a longer file is not one of ours and is not read. */
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

/** The lock at a path, or why it cannot be read; undefined if there is none. */
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

/** The current holder; undefined if there is none, or only a dead process. */
export async function lockHolder(path: string): Promise<Extract<LockResult, { kind: "held" }> | undefined> {
  const found = await look(path);
  if (found === undefined || "code" in found || found.isGone) return undefined;
  return { kind: "held", owner: found.owner };
}

/**
 * Creates the file, unless it exists; synchronous, so that no signal comes between its creation and registering its removal at
 * exit.
 */
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

/** Takes the lock, also from a dead process; its folder must exist. */
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
    // It was removed in the meantime. The number of attempts is limited, in case something else blocks the path.
    if (found === undefined && looks > looksForTaker) return { kind: "failed", code: "EEXIST" };
    if (found === undefined) continue;
    if ("code" in found) return { kind: "failed", ...found };
    if (!found.isGone) return { kind: "held", owner: found.owner };
    const right = await takeLock(`${path}.${sha256([found.text]).slice(0, 16)}`);
    if (right.kind === "failed") return right;
    if (right.kind === "held") {
      // Another process is just taking it; its text will be in the file in a moment.
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
 * For the holder: removes files that killed takers have left next to the lock. A taker that is active now has judged a lock
 * that no longer exists, and will notice.
 */
export async function sweepTakers(path: string): Promise<void> {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    const isTaker = name.startsWith(begin) && /^[0-9a-f]{16}(\.[0-9a-f]{16})*$/.test(name.slice(begin.length));
    if (isTaker) await removeIfThere(join(folder, name));
  }
}
