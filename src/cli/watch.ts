/** `--watch`: runs a command again whenever a file that it read changes. */
import { harmless, oneLine } from "../diagnostics/display-text.js";
import { takeInterrupts } from "./interrupts.js";
import { displayPath } from "./project.js";
import { type ExitCode, forStdout, type Outlets, openSession, runCommand, type Session } from "./session.js";
import { forPeople } from "./terminal.js";

/** Clears the screen, keeping the scrollback. */
const emptyScreen = "\u001b[2J\u001b[H";

const isScreen = (): boolean => process.stderr.isTTY === true && process.env.TERM !== "dumb";

/** Buffers the text of one run, so that the screen is updated at once, without flicker. */
function keptText(): { readonly outlets: Omit<Outlets, "note">; flush(): void } {
  const pieces: (readonly [stream: NodeJS.WriteStream, text: string])[] = [];
  return {
    outlets: {
      print: (text) => void pieces.push([process.stdout, forPeople(process.stdout, text)]),
      lines: (text) => void pieces.push([process.stdout, harmless(text)]),
      data: (text) => void pieces.push([process.stdout, forStdout(text)]),
      talk: (text) => void pieces.push([process.stderr, forPeople(process.stderr, text)]),
    },
    flush() {
      if (isScreen()) process.stderr.write(emptyScreen);
      for (const [stream, text] of pieces) stream.write(text);
    },
  };
}

/** Describes the change. */
function describeChange(cwd: string, [first = "", ...others]: readonly string[]): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `${oneLine(displayPath(cwd, first))}${more} changed`;
}

const clock = (): string => new Date().toTimeString().slice(0, 8);

/** Runs the command repeatedly until it is interrupted. */
async function runAgainAndAgain(body: (session: Session) => Promise<ExitCode>): Promise<130> {
  const { watchFiles } = await import("../hosts/file-watch.js");
  const watch = watchFiles();
  let isRunning = true;
  let stop: (value: undefined) => void = () => undefined;
  const stopped = new Promise<undefined>((resolve) => {
    stop = resolve;
  });
  const interrupts = takeInterrupts(() => {
    if (isRunning) process.stderr.write("stopping after this run; Ctrl-C again stops at once\n");
    stop(undefined);
  });
  try {
    for (;;) {
      const inputs = new Set<string>();
      const { outlets, flush } = keptText();
      const note = (paths: readonly string[]): void => {
        for (const path of paths) inputs.add(path);
      };
      const session = openSession({ ...outlets, note });
      const [since, began] = [Date.now(), performance.now()];
      isRunning = true;
      await body(session);
      isRunning = false;
      const took = `${Math.max(1, Math.round(performance.now() - began))} ms`;
      session.talk(session.paintTalk("dim", `${clock()}  took ${took}; waiting for changes, Ctrl-C ends`));
      session.talk("\n");
      flush();
      if (interrupts.isRequested()) return 130;
      watch.set(inputs, since);
      const changed = await Promise.race([watch.changed(), stopped]);
      if (changed === undefined) return 130;
      if (!isScreen()) process.stderr.write(`\n--- ${describeChange(session.cwd, changed)}\n`);
    }
  } finally {
    watch.close();
    interrupts.release();
  }
}

/** The body of a yargs handler for a command with `--watch`. */
export async function runWatchable(watch: boolean, body: (session: Session) => Promise<ExitCode>): Promise<void> {
  if (watch) process.exitCode = await runAgainAndAgain(body);
  else await runCommand(body);
}
