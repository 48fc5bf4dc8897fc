/**
 * Removes what must not outlive this process, however it ends: half-written files, temporary folders, locks. Only SIGKILL
 * leaves them.
 */

const undone = new Set<() => void>();
let listens = false;

function undoAll(): void {
  for (const undo of [...undone].reverse()) {
    try {
      undo();
    } catch {
      // The other actions must still run; nobody can be informed.
    }
  }
}

/** Runs `undo`, which must be synchronous, when the process ends, last registered first. The returned function cancels that. */
export function undoAtExit(undo: () => void): () => void {
  if (!listens) process.once("exit", undoAll);
  listens = true;
  undone.add(undo);
  return () => void undone.delete(undo);
}
