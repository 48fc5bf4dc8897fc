/** Progress: one line that updates itself on a terminal; otherwise a line from time to time, for logs. */
import { oneLine } from "../diagnostics/display-text.js";
import { cutToWidth } from "../diagnostics/text-width.js";
import { type Field, fitFields } from "./fields.js";
import { columnsOf, isLiveTerminal } from "./terminal.js";

export interface LiveLine {
  show(line: string | readonly Field[]): void;
  /** Removes the line, so that other text can be printed. */
  clear(): void;
}

export interface LiveOptions {
  readonly stream?: NodeJS.WriteStream;
  /** Receives lines if there is no terminal; without it there are none. */
  readonly log?: ((line: string) => void) | undefined;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Minimum time between updates. */
const shortestMs = 100;
/** Maximum time without a log line. */
const silenceMs = 30_000;

export function liveLine({ stream = process.stderr, log, now = () => performance.now() }: LiveOptions = {}): LiveLine {
  const fitted = (line: string | readonly Field[], columns: number): string =>
    typeof line === "string" ? cutToWidth(oneLine(line), columns) : fitFields(line, columns);
  if (isLiveTerminal(stream)) {
    let shownAt = Number.NEGATIVE_INFINITY;
    let isShown = false;
    return {
      show: (line) => {
        if (now() - shownAt < shortestMs) return;
        shownAt = now();
        isShown = true;
        // Some terminals start a new line after writing the last column.
        stream.write(`\r\u001b[2K${fitted(line, columnsOf(stream) - 1)}`);
      },
      clear: () => {
        if (isShown) stream.write("\r\u001b[2K");
        isShown = false;
      },
    };
  }
  let saidAt = now();
  return {
    show: (line) => {
      if (log === undefined || now() - saidAt < silenceMs) return;
      saidAt = now();
      log(`${fitted(line, Number.POSITIVE_INFINITY)}\n`);
    },
    clear: () => {
      saidAt = now();
    },
  };
}
