/** Ctrl-C for commands that have something to save: the first one requests a stop, the second one ends the program. */

export interface Interrupts {
  /** Whether the user has requested a stop. */
  isRequested(): boolean;
  /** Restores the previous handling of Ctrl-C. */
  release(): void;
}

const interruptedExit = 130;

/** Takes over Ctrl-C and SIGTERM from the main program; `onRequest` runs once, at the first one. */
export function takeInterrupts(onRequest: () => void): Interrupts {
  let isRequested = false;
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = signals.map((signal) => ({ signal, listeners: process.rawListeners(signal) }));
  const handle = (): void => {
    if (isRequested) process.exit(interruptedExit);
    isRequested = true;
    onRequest();
  };
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, handle);
  }
  return {
    isRequested: () => isRequested,
    release: () => {
      for (const { signal, listeners } of before) {
        process.removeListener(signal, handle);
        for (const listener of listeners) process.on(signal, listener as () => void);
      }
    },
  };
}

/** A phase of work that stops between two steps; before and after it, a signal ends the program at once. */
export interface Stretch {
  begin(): void;
  /** Whether the user has requested a stop. */
  isStopped(): boolean;
  end(): void;
}

/** A phase that has not begun; `onRequest` runs at the first signal in it. */
export function stoppable(onRequest: () => void): Stretch {
  let taken: Interrupts | undefined;
  let isStopped = false;
  return {
    begin: () => {
      taken ??= takeInterrupts(() => {
        isStopped = true;
        onRequest();
      });
    },
    isStopped: () => isStopped,
    end: () => {
      taken?.release();
      taken = undefined;
    },
  };
}
