/** Detects changes of files: immediately by `fs.watch` on their folders, and within a second where that does not work. */
import { type BigIntStats, type FSWatcher, readdirSync, realpathSync, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Quiet time after the last event, so that a save in several steps is one change. */
const quietMs = 20;

/** Maximum wait in a folder with continuous activity. */
const longestWaitMs = 250;

/** How long a missing or empty file is assumed to be in the middle of a save. */
const savingMs = 100;

/** File time stamps advance in steps of up to a hundredth of a second: a new file may have an older stamp. */
const stampLagMs = 20;

/** Polling interval: network disks and mounts send no events, and the system's watches may be exhausted. */
const lookAgainMs = 1000;

export interface FileWatch {
  /**
   * Watches exactly these paths from now on: files, existing or not, and folders, whose lists of names count. Absolute. Changes
   * after `since` (milliseconds, as `Date.now`), before this call, count too.
   */
  set(paths: Iterable<string>, since: number): void;
  /** Waits until some of the paths differ from the last result; returns these. */
  changed(): Promise<readonly string[]>;
  close(): void;
}

const gone = "gone";

/** The system's facts about a path; undefined if it is missing or inaccessible. */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * The state of a path, for comparison. It includes the time of the last change of mode or name, so that a file that becomes
 * readable counts as changed.
 */
function stateOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return gone;
    if (!stats.isDirectory()) return `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
    const entries = readdirSync(path, { withFileTypes: true });
    // Only the names that a search for sources considers; other names in the folder do not matter.
    const seen = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".lfer"));
    return JSON.stringify(seen.map(({ name }) => name).sort());
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Whether an editor may be in the middle of saving: the old text is gone and the new one not written yet. */
const mayBeSaving = (before: string, now: string): boolean =>
  before !== gone && (now === gone || /^\d+ 0 /.test(now)) && !/^\d+ 0 /.test(before);

/** The folders to watch for a path: that of its name, that of its target, and itself. */
function foldersFor(path: string): readonly string[] {
  const folders: string[] = [];
  try {
    if (statsOf(path)?.isDirectory()) folders.push(path);
    const real = realpathSync(path);
    if (real !== path) folders.push(dirname(real));
  } catch {
    // It does not exist: the nearest existing parent folder is watched.
  }
  let folder = dirname(path);
  while (statsOf(folder) === undefined && folder !== dirname(folder)) folder = dirname(folder);
  return [...folders, folder];
}

/** Watches nothing at first. It keeps the process running until it is closed. */
export function watchFiles(): FileWatch {
  const known = new Map<string, string>();
  /** By folder; a recreated folder of the same name counts as another one. */
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

  /** Watches the folders that the paths need, and no others. */
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
        // If a folder is removed, or the system has too many watches, polling remains.
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
        // The state is read first: what appears between the two reads is newer than the state, whatever the second one says.
        const state = stateOf(path);
        const stats = statsOf(path);
        // For a folder, too, although the event may be about an irrelevant name: one check too many is harmless.
        const isNews =
          stats !== undefined && Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs)) > since - stampLagMs;
        known.set(path, isNews ? "" : state);
      }
      listen();
      // Changes from before the watch began.
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
