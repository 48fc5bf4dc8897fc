/** Tells when files change: at once by `fs.watch` on their folders, and within a second where that is blind. */
import { type BigIntStats, type FSWatcher, readdirSync, realpathSync, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Quiet after the last event, so that a save in several steps is one change. */
const quietMs = 20;

/** Longest wait in a folder where something happens all the time. */
const longestWaitMs = 250;

/** For how long a file that is gone, or empty, is taken for one that is just being saved. */
const savingMs = 100;

/** Files are stamped by a clock that moves by steps, of up to a hundredth of a second: what is new may be stamped as older than it is. */
const stampLagMs = 20;

/** How often is looked without being told: network disks and mounts tell nothing, and a system's watches may be used up. */
const lookAgainMs = 1000;

export interface FileWatch {
  /**
   * Watches these from now on and no others: files, there or not, and folders, of which the names in them count. Absolute.
   * What changed after `since` (milliseconds, as `Date.now`), before it was known here, counts as changed.
   */
  set(paths: Iterable<string>, since: number): void;
  /** Waits until some of the paths are not what they were at the last answer; gives these. */
  changed(): Promise<readonly string[]>;
  close(): void;
}

const gone = "gone";

/** What the system says about a path; undefined where it is not there or closed to us. */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What a path is now, to be compared. The time of the last change of mode or name is in it: what becomes readable is new. */
function stateOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return gone;
    if (!stats.isDirectory()) return `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
    const entries = readdirSync(path, { withFileTypes: true });
    // As a search for sources sees it: what else comes and goes there is nobody's business.
    const seen = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".lfer"));
    return JSON.stringify(seen.map(({ name }) => name).sort());
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Whether an editor may be in the middle of saving: the old text is gone and the new one not yet there. */
const mayBeSaving = (before: string, now: string): boolean =>
  before !== gone && (now === gone || /^\d+ 0 /.test(now)) && !/^\d+ 0 /.test(before);

/** The folders to listen in for a path: where its name is or would be, where it leads to, and itself. */
function foldersFor(path: string): readonly string[] {
  const folders: string[] = [];
  try {
    if (statsOf(path)?.isDirectory()) folders.push(path);
    const real = realpathSync(path);
    if (real !== path) folders.push(dirname(real));
  } catch {
    // Not there: it is waited for in the nearest folder above that is.
  }
  let folder = dirname(path);
  while (statsOf(folder) === undefined && folder !== dirname(folder)) folder = dirname(folder);
  return [...folders, folder];
}

/** A watch on nothing yet. It keeps the program running until it is closed. */
export function watchFiles(): FileWatch {
  const known = new Map<string, string>();
  /** By folder; a folder that was made anew under the same name is another one. */
  const watchers = new Map<string, { readonly ino: bigint; readonly watcher: FSWatcher }>();
  let settle: NodeJS.Timeout | undefined;
  let firstEvent = 0;
  let answer: ((changed: readonly string[]) => void) | undefined;

  const differing = (): readonly (readonly [path: string, before: string, now: string])[] =>
    [...known].flatMap(([path, before]) => {
      const now = stateOf(path);
      return now === before ? [] : [[path, before, now] as const];
    });

  const onSettled = (): void => {
    settle = undefined;
    const changes = differing();
    listen();
    if (changes.length === 0 || answer === undefined) return;
    if (Date.now() - firstEvent < savingMs && changes.some(([, before, now]) => mayBeSaving(before, now))) {
      settle = setTimeout(onSettled, quietMs);
      return;
    }
    for (const [path, , now] of changes) known.set(path, now);
    answer(changes.map(([path]) => path));
    answer = undefined;
  };

  const onEvent = (): void => {
    if (settle === undefined) firstEvent = Date.now();
    clearTimeout(settle);
    settle = setTimeout(onSettled, Date.now() - firstEvent > longestWaitMs ? 0 : quietMs);
  };

  /** Listens in the folders that the paths need, and in no others. */
  function listen(): void {
    const wanted = new Set([...known.keys()].flatMap(foldersFor));
    for (const [folder, { ino, watcher }] of watchers) {
      if (wanted.has(folder) && statsOf(folder)?.ino === ino) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, onEvent);
        // A folder that goes away, or too many watches on this system: then the look each second is what remains.
        watcher.on("error", () => watcher.close());
        watchers.set(folder, { ino: statsOf(folder)?.ino ?? 0n, watcher });
      } catch {
        // The same.
      }
    }
  }

  const again = setInterval(() => {
    if (settle === undefined && answer !== undefined && differing().length > 0) onEvent();
  }, lookAgainMs);

  return {
    set(paths, since) {
      const wanted = new Set(paths);
      for (const path of known.keys()) if (!wanted.has(path)) known.delete(path);
      for (const path of wanted) {
        if (known.has(path)) continue;
        // The state first: what appears between the two looks is newer than the state, whatever the second says.
        const state = stateOf(path);
        const stats = statsOf(path);
        // Of a folder too, though it may be a name in it that nobody looks for: a look too many loses nothing.
        const isNews =
          stats !== undefined && Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs)) > since - stampLagMs;
        known.set(path, isNews ? "" : state);
      }
      listen();
      // What happened before somebody listened.
      onEvent();
    },
    changed: () =>
      new Promise((resolve) => {
        answer = resolve;
        onEvent();
      }),
    close() {
      clearInterval(again);
      clearTimeout(settle);
      for (const { watcher } of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}
