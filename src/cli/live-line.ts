/** Progress: one line that renews itself on a terminal; elsewhere a line now and then, for whoever reads a log. */
import { oneLine } from "../diagnostics/display-text.js";
import { cutToWidth } from "../diagnostics/text-width.js";
import { type Field, fitFields } from "./fields.js";
import { columnsOf, isLiveTerminal } from "./terminal.js";

export interface LiveLine {
  show(line: string | readonly Field[]): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

export interface LiveOptions {
  readonly stream?: NodeJS.WriteStream;
  /** Where lines go that nobody watches; without it there are none. */
  readonly log?: ((line: string) => void) | undefined;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** So often is enough for eyes. */
const shortestMs = 100;
/** So long a log may be silent. */
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
        // In the last column some terminals begin a new line.
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
      log(`${fitted(line, columnsOf(stream))}\n`);
    },
    clear: () => {
      saidAt = now();
    },
  };
}
