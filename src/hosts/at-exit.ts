/** What must not outlive this process, however it ends: half-written files, temporary folders, locks. Only SIGKILL leaves them. */

const undone = new Set<() => void>();
let listens = false;

function undoAll(): void {
  for (const undo of [...undone].reverse()) {
    try {
      undo();
    } catch {
      // The others still have to go; there is nobody left to tell.
    }
  }
}

/** Has `undo`, which must not wait for anything, run when the process ends, the last one first; the answer takes that back. */
export function undoAtExit(undo: () => void): () => void {
  if (!listens) process.once("exit", undoAll);
  listens = true;
  undone.add(undo);
  return () => void undone.delete(undo);
}
