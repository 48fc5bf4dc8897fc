/** A run's folder, taken in one step and locked for the run's life: no two runs ever write into one. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { isBeside, sweepBeside } from "../hosts/beside.js";
import {
  claimFolder,
  type FolderFailure,
  makeFolder,
  removeEmptyFolders,
  removeEmptyFoldersAtExit,
} from "../hosts/folders.js";
import { type LockOwner, type LockResult, lockHolder, sweepTakers, takeLock } from "../hosts/lock.js";
import { runFiles, slotFiles } from "./run-files.js";

export interface RunClaim {
  readonly folder: string;
  /** Whose it was, where a process that is gone had left it locked. */
  readonly takenFrom: LockOwner | undefined;
  /** What killed processes had left beside their places, removed now. */
  readonly swept: readonly string[];
  /** Why nothing more may be written here, if so. */
  lost(): Promise<Problem | undefined>;
  /** Leaves the folder to others; one in which nothing was written goes away. */
  release(): Promise<void>;
}

/** How often another run may make or remove a folder just when we look. */
const attempts = 20;

const unwritable = ({ path, code }: FolderFailure): Problem => problem("train/cannot-write", { path, code });

/** Whether it may come from another run that begins or ends at the same moment. */
const mayPass = ({ code }: FolderFailure): boolean => code === "ENOENT" || code === "EEXIST";

type Held = Extract<LockResult, { kind: "held" }>;

const inUse = (folder: string, { owner }: Held): Problem =>
  problem("train/run-in-use", { path: folder, owner, lock: runFiles.lock });

/** What lies in the folder, but for locks and what is or was being written; nothing where there is no folder. */
async function contentsOf(folder: string): Promise<readonly string[] | Problem> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(runFiles.lock) && !isBeside(name));
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? [] : problem("train/cannot-write", { path: folder, code });
  }
}

/** Whether a run may be written into a folder with these in it: an empty one, or to go on with the run that is there. */
function occupied(folder: string, contents: readonly string[], resume: boolean): Problem | undefined {
  // A run that was stopped while its teacher trained has nothing else yet.
  const holdsRun = [runFiles.about, runFiles.state, runFiles.teacher].some((name) => contents.includes(name));
  return contents.length === 0 || (resume && holdsRun) ? undefined : problem("train/run-exists", { path: folder });
}

/** What `lferc build`, `lferc report` and the teacher's run may be writing, whoever trains here. */
const othersMayWrite: readonly string[] = [
  runFiles.onnx,
  runFiles.curves,
  runFiles.confusion,
  runFiles.report,
  runFiles.teacher,
];

/** Only whoever holds the lock writes these; a model may be built into the folder by anyone. */
const isOnlyOurs = (name: string): boolean =>
  !othersMayWrite.includes(name) && (Object.values<string>(runFiles).includes(name) || slotFiles.test(name));

/** Locks a folder that is there; `made` are those that were made for it. Undefined where it has just gone away. */
async function lockFolder(
  folder: string,
  made: readonly string[],
  resume: boolean,
): Promise<RunClaim | Held | Problem | undefined> {
  const forget = removeEmptyFoldersAtExit(made);
  const leave = async (): Promise<void> => {
    await removeEmptyFolders(made);
    forget();
  };
  const path = join(folder, runFiles.lock);
  const result = await takeLock(path);
  if (result.kind !== "locked") {
    await leave();
    if (result.kind === "held") return result;
    return result.code === "ENOENT" ? undefined : problem("train/cannot-write", { path, code: result.code });
  }
  const { lock } = result;
  const release = async (): Promise<void> => {
    await lock.release();
    await leave();
  };
  const contents = await contentsOf(folder);
  const hindered = isProblem(contents) ? contents : occupied(folder, contents, resume);
  if (hindered !== undefined) {
    await release();
    return hindered;
  }
  await sweepTakers(path);
  const swept = await sweepBeside(folder, isOnlyOurs);
  const lost = async (): Promise<Problem | undefined> =>
    (await lock.isHeld()) ? undefined : problem("train/run-lost", { path: folder, lock: runFiles.lock });
  return { folder, takenFrom: lock.takenFrom, swept, lost, release };
}

/** Takes a folder that the user names: one that is not there, an empty one, or with `resume` one that holds a run. */
export async function claimRun(folder: string, resume: boolean): Promise<RunClaim | Problem> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // Looked at first: nothing is written, not even a lock, into a folder that is somebody else's.
    const contents = await contentsOf(folder);
    if (isProblem(contents)) return contents;
    const holder = await lockHolder(join(folder, runFiles.lock));
    if (holder !== undefined) return inUse(folder, holder);
    const hindered = occupied(folder, contents, resume);
    if (hindered !== undefined) return hindered;
    const made = await makeFolder(folder);
    if (made.kind === "failed") {
      if (attempt < attempts && mayPass(made)) continue;
      return unwritable(made);
    }
    const claim = await lockFolder(folder, made.folders, resume);
    if (claim === undefined) continue;
    return "owner" in claim ? inUse(folder, claim) : claim;
  }
  return problem("train/cannot-write", { path: folder, code: "ENOENT" });
}

/** A day where the user is: `2026-11-30`. */
export function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Takes the first of `runs/NAME`, `runs/NAME-2`, `runs/NAME-3`, ... that nobody has. */
export async function claimNextRun(parent: string, name: string): Promise<RunClaim | Problem> {
  let attempt = 1;
  for (let number = 1; attempt <= attempts; ) {
    const made = await makeFolder(parent);
    if (made.kind === "failed") {
      if (attempt++ < attempts && mayPass(made)) continue;
      return unwritable(made);
    }
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    const claimed = claimFolder(folder);
    const claim = claimed === "claimed" ? await lockFolder(folder, [...made.folders, folder], false) : undefined;
    if (claim !== undefined && !("owner" in claim)) return claim;
    if (claimed === "taken" || claim !== undefined) number++;
    // The folder above went away in between, with a run that failed.
    else if (claimed === "claimed" || claimed.code === "ENOENT") attempt++;
    else return unwritable(claimed);
  }
  return problem("train/cannot-write", { path: parent, code: "ENOENT" });
}

/** Where a run is kept: a folder that was claimed, or one below it, as long as the claim holds. */
export type RunPlace = Pick<RunClaim, "folder" | "lost">;
