import { styleText } from "node:util";
import { type Paint, plainPaint } from "../diagnostics/paint.js";

interface Stream {
  readonly isTTY?: boolean;
}

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

/** Columns of what goes to stdout; where nobody's window tells, those of old. */
export const outputWidth = (): number => process.stdout.columns ?? 80;

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
