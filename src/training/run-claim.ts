/** Claims a run's folder atomically and locks it for the duration of the run: no two runs ever write into one. */
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
  /** The previous owner, if a dead process had left the folder locked. */
  readonly takenFrom: LockOwner | undefined;
  /** Temporary files that killed processes had left behind, now removed. */
  readonly swept: readonly string[];
  /** Why nothing more may be written here, if so. */
  lost(): Promise<Problem | undefined>;
  /** Releases the folder; removes it if nothing was written. */
  release(): Promise<void>;
}

/** Retries, since another run may create or remove a folder between two checks. */
const attempts = 20;

const unwritable = ({ path, code }: FolderFailure): Problem => problem("train/cannot-write", { path, code });

/** Whether the failure may come from another run that starts or ends at the same moment. */
const mayPass = ({ code }: FolderFailure): boolean => code === "ENOENT" || code === "EEXIST";

type Held = Extract<LockResult, { kind: "held" }>;

const inUse = (folder: string, { owner }: Held): Problem =>
  problem("train/run-in-use", { path: folder, owner, lock: runFiles.lock });

/** The contents of the folder, without locks and temporary files; empty if there is no folder. */
async function contentsOf(folder: string): Promise<readonly string[] | Problem> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(runFiles.lock) && !isBeside(name));
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? [] : problem("train/cannot-write", { path: folder, code });
  }
}

/** Whether a run may be written into a folder with these contents: an empty one, or a run to resume. */
function occupied(folder: string, contents: readonly string[], resume: boolean): Problem | undefined {
  // A run that was stopped while its teacher trained has nothing else yet.
  const holdsRun = [runFiles.about, runFiles.state, runFiles.teacher].some((name) => contents.includes(name));
  return contents.length === 0 || (resume && holdsRun) ? undefined : problem("train/run-exists", { path: folder });
}

/** Files that `lferc build`, `lferc report` and the teacher's run may write while another process trains here. */
const othersMayWrite: readonly string[] = [
  runFiles.onnx,
  runFiles.curves,
  runFiles.confusion,
  runFiles.report,
  runFiles.teacher,
];

/** Files that only the owner of the lock writes; any process may build a model into the folder. */
const isOnlyOurs = (name: string): boolean =>
  !othersMayWrite.includes(name) && (Object.values<string>(runFiles).includes(name) || slotFiles.test(name));

/** Locks an existing folder; `made` are the folders created for it. Undefined if it has just been removed. */
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

/** Claims a folder that the user names: a missing one, an empty one, or with `resume` one that contains a run. */
export async function claimRun(folder: string, resume: boolean): Promise<RunClaim | Problem> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // Checked first: nothing, not even a lock, is written into a folder with other contents.
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

/** The local date: `2026-11-30`. */
export function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Claims the first free one of `runs/NAME`, `runs/NAME-2`, `runs/NAME-3`, ... */
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
    // The parent folder was removed in the meantime, with a run that failed.
    else if (claimed === "claimed" || claimed.code === "ENOENT") attempt++;
    else return unwritable(claimed);
  }
  return problem("train/cannot-write", { path: parent, code: "ENOENT" });
}

/** The folder of a run: a claimed folder, or one inside it, while the claim is held. */
export type RunPlace = Pick<RunClaim, "folder" | "lost">;
