import type { CompileOptions } from "../compiler.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { harmless, harmlessJson } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import { renderPretty } from "../diagnostics/render-pretty.js";
import { noSourceTexts, type SourceTexts } from "../diagnostics/source-text.js";
import type { CompiledPath } from "./compile-file.js";
import type { Taken } from "./not-taken.js";
import { expandPaths } from "./project.js";
import { forPeople, paintFor, widthOn } from "./terminal.js";
import { workingFolder } from "./working-folder.js";

/** 0 success, 1 errors or a violated budget, 2 wrong usage, 130 interrupted. 70 (a bug in lferc) is set by the main program. */
export type ExitCode = 0 | 1 | 2 | 130;

/** The outputs of a session, and a listener for the files that it reads. */
export interface Outlets {
  /** To stdout; of escape sequences only styles pass, and on a terminal wide lines are wrapped. */
  print(text: string): void;
  /** The same, with its lines as they are. */
  lines(text: string): void;
  /** To stdout, see {@link forStdout}. */
  data(text: string): void;
  /** To stderr, as `print`. */
  talk(text: string): void;
  /** Files, existing or not, and searched folders that the result depends on; absolute. */
  note(paths: readonly string[]): void;
}

/** Data are written unchanged, except to a terminal, which would execute escape sequences in a hostile file. */
export const forStdout = (text: string): string => (process.stdout.isTTY === true ? harmless(text) : text);

const streams: Outlets = {
  print: (text) => void process.stdout.write(forPeople(process.stdout, text)),
  lines: (text) => void process.stdout.write(harmless(text)),
  data: (text) => void process.stdout.write(forStdout(text)),
  talk: (text) => void process.stderr.write(forPeople(process.stderr, text)),
  note: () => undefined,
};

/** A command's environment: its folder and its outputs. */
export interface Session {
  readonly cwd: string;
  /** Styles on stdout. */
  readonly paint: Paint;
  /** Styles on stderr. */
  readonly paintTalk: Paint;
  /** The result for people, to stdout. Names in it go through `oneLine`; remaining control characters are escaped. */
  print(text: string): void;
  /** The same, with its lines as they are: Markdown, CSV, a text to be saved. */
  lines(text: string): void;
  /** The result for programs, to stdout, byte for byte except to a terminal. */
  data(text: string): void;
  /** JSON, to stdout. */
  json(text: string): void;
  /** Messages and progress, to stderr. */
  talk(text: string): void;
  /** Records dependencies of the result, besides those that `expand` and `compilePath` have read: absolute paths. */
  note(paths: readonly string[]): void;
  /** Diagnostics for people, to stderr. */
  report(diagnostics: readonly Diagnostic[], texts?: SourceTexts): void;
  /** The source files that PATH... names (folders searched), absolute; wrong paths are reported. */
  expand(
    paths: readonly string[],
    taken?: Taken,
  ): Promise<{ readonly files: readonly string[]; readonly failed: boolean }>;
  /** Compiles a file and reports its errors. */
  compilePath(path: string, options?: CompileOptions): Promise<CompiledPath>;
}

/** A session in the current folder. */
export function openSession({ print, lines, data, talk, note }: Outlets = streams): Session {
  const cwd = workingFolder();
  const paintErr = paintFor(process.stderr);
  const session: Session = {
    cwd,
    paint: paintFor(process.stdout),
    paintTalk: paintErr,
    print,
    lines,
    data,
    json: (text) => data(harmlessJson(text)),
    talk,
    note,
    report(diagnostics, texts = noSourceTexts) {
      for (const diagnostic of diagnostics) {
        talk(`${renderPretty(diagnostic, texts, paintErr, widthOn(process.stderr))}\n`);
      }
    },
    async expand(paths, taken) {
      const { files, looked, diagnostics } = await expandPaths(paths, cwd, taken);
      note(looked);
      session.report(diagnostics);
      return { files, failed: diagnostics.length > 0 };
    },
    async compilePath(path, options) {
      // The compiler is loaded only by commands that compile.
      const { compileFile } = await import("./compile-file.js");
      const compiled = await compileFile(path, cwd, options);
      note(compiled.inputs);
      session.report(compiled.diagnostics, compiled.texts);
      return compiled;
    },
  };
  return session;
}

/** The body of a yargs handler: runs the command, and sets its exit code after everything is written. */
export async function runCommand(body: (session: Session) => Promise<ExitCode>): Promise<void> {
  process.exitCode = await body(openSession());
}
