import { styleText } from "node:util";
import { type Paint, plainPaint } from "../diagnostics/paint.js";

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Unless somebody says else. */
const usualColumns = 80;
/** Narrower there is nothing to be said; wider nobody reads. */
const [fewestColumns, mostColumns] = [20, 500];

/** How wide a line may be: the terminal's width, else what COLUMNS says. */
export function columnsOf(stream: Stream = process.stderr, env: NodeJS.ProcessEnv = process.env): number {
  const said = /^\d{1,6}$/.test(env.COLUMNS ?? "") ? Number(env.COLUMNS) : undefined;
  const columns = (stream.isTTY === true ? stream.columns : undefined) || said || usualColumns;
  return Math.min(mostColumns, Math.max(fewestColumns, columns));
}

/** How wide lines for people may be on this stream; undefined off a terminal, where nothing is cut or wrapped. */
export const widthOn = (stream: Stream): number | undefined => (stream.isTTY === true ? columnsOf(stream) : undefined);

/** Whether a line can renew itself there. */
export const isLiveTerminal = (stream: Stream = process.stderr, env: NodeJS.ProcessEnv = process.env): boolean =>
  stream.isTTY === true && env.TERM !== "dumb";

const colourPaint: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** NO_COLOR wins, then FORCE_COLOR, then whether the stream is a terminal that can and nobody's CI. */
export function wantsColour(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb" && env.CI === undefined;
}

/** How to give text its looks on this stream. */
export function paintFor(stream: Stream): Paint {
  return wantsColour(stream) ? colourPaint : plainPaint;
}

/** A reader that has gone away (`lferc stats | head -1`) is nobody's error: end without a word. */
export function stayQuietOnBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      // A full disk behind `>`: nothing more can be said on stdout.
      process.exitCode = 1;
      if (stream === process.stdout) process.stderr.write(`lferc: cannot write the output: ${error.code}\n`);
      process.exit();
    });
  }
}
