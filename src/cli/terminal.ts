import { styleText } from "node:util";
import { harmless } from "../diagnostics/display-text.js";
import { type Paint, plainPaint } from "../diagnostics/paint.js";
import { wrapLines } from "../diagnostics/wrap-text.js";

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Default width. */
const usualColumns = 80;
/** Limits of the usable width. */
const [fewestColumns, mostColumns] = [20, 500];

/** Maximum width of a line: the terminal's width, else the value of COLUMNS. */
export function columnsOf(stream: Stream = process.stderr, env: NodeJS.ProcessEnv = process.env): number {
  const said = /^\d{1,6}$/.test(env.COLUMNS ?? "") ? Number(env.COLUMNS) : undefined;
  const columns = (stream.isTTY === true ? stream.columns : undefined) || said || usualColumns;
  return Math.min(mostColumns, Math.max(fewestColumns, columns));
}

/** Width of lines for people on this stream; undefined without a terminal, where nothing is cut or wrapped. */
export const widthOn = (stream: Stream): number | undefined => (stream.isTTY === true ? columnsOf(stream) : undefined);

/** Output for people as it is written there: nothing that a terminal executes, and no line wider than it where words can break. */
export const forPeople = (stream: Stream, text: string): string => wrapLines(harmless(text), widthOn(stream));

/** Whether a line can be rewritten there. */
export const isLiveTerminal = (stream: Stream = process.stderr, env: NodeJS.ProcessEnv = process.env): boolean =>
  stream.isTTY === true && env.TERM !== "dumb";

const colourPaint: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** NO_COLOR takes precedence, then FORCE_COLOR; otherwise colour is used on capable terminals outside of CI. */
export function wantsColour(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb" && env.CI === undefined;
}

/** The styles for text on this stream. */
export function paintFor(stream: Stream): Paint {
  return wantsColour(stream) ? colourPaint : plainPaint;
}

/** If the reader has closed the pipe (`lferc stats | head -1`), exit without an error. */
export function stayQuietOnBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      // A full disk after `>`: stdout cannot be written any more.
      process.exitCode = 1;
      if (stream === process.stdout) process.stderr.write(`lferc: cannot write the output: ${error.code}\n`);
      process.exit();
    });
  }
}
