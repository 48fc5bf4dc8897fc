import type { CompileOptions } from "../compiler.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { harmless, harmlessJson } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import { renderPretty } from "../diagnostics/render-pretty.js";
import { noSourceTexts, type SourceTexts } from "../diagnostics/source-text.js";
import type { CompiledPath } from "./compile-file.js";
import { expandPaths } from "./project.js";
import { paintFor, widthOn } from "./terminal.js";
import { workingFolder } from "./working-folder.js";

/** 0 fine, 1 errors or a broken budget, 2 wrong usage, 130 interrupted. 70 (our bug) is the main program's. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Where a session's text goes, and who wants to know what it read. */
export interface Outlets {
  /** To stdout, where only looks are obeyed. */
  print(text: string): void;
  /** To stdout, see {@link forStdout}. */
  data(text: string): void;
  /** To stderr, where only looks are obeyed. */
  talk(text: string): void;
  /** Files, there or not, and searched folders that the answer hangs on; absolute. */
  note(paths: readonly string[]): void;
}

/** Data are written as they are, but not to a terminal, which would obey what a hostile file has put into them. */
export const forStdout = (text: string): string => (process.stdout.isTTY === true ? harmless(text) : text);

const streams: Outlets = {
  print: (text) => void process.stdout.write(harmless(text)),
  data: (text) => void process.stdout.write(forStdout(text)),
  talk: (text) => void process.stderr.write(harmless(text)),
  note: () => undefined,
};

/** What a command has of the world: where it stands, where its text goes. */
export interface Session {
  readonly cwd: string;
  /** Looks on stdout. */
  readonly paint: Paint;
  /** Looks on stderr. */
  readonly paintTalk: Paint;
  /** The answer for people: to stdout. Names in it go through `oneLine`; what is left would still not be obeyed. */
  print(text: string): void;
  /** The answer for programs, byte for byte: to stdout; as it is, but to a terminal. */
  data(text: string): void;
  /** JSON: to stdout. */
  json(text: string): void;
  /** Talk and progress: to stderr. */
  talk(text: string): void;
  /** Says what the answer hangs on, besides what `expand` and `compilePath` have read: absolute paths. */
  note(paths: readonly string[]): void;
  /** Diagnostics for people: to stderr. */
  report(diagnostics: readonly Diagnostic[], texts?: SourceTexts): void;
  /** The source files that PATH... names (folders searched), absolute; what is wrong with the paths is reported. */
  expand(paths: readonly string[]): Promise<{ readonly files: readonly string[]; readonly failed: boolean }>;
  /** Compiles a file and reports what is wrong with it. */
  compilePath(path: string, options?: CompileOptions): Promise<CompiledPath>;
}

/** A session in the folder the user stands in. */
export function openSession({ print, data, talk, note }: Outlets = streams): Session {
  const cwd = workingFolder();
  const paintErr = paintFor(process.stderr);
  const session: Session = {
    cwd,
    paint: paintFor(process.stdout),
    paintTalk: paintErr,
    print,
    data,
    json: (text) => data(harmlessJson(text)),
    talk,
    note,
    report(diagnostics, texts = noSourceTexts) {
      for (const diagnostic of diagnostics) {
        talk(`${renderPretty(diagnostic, texts, paintErr, widthOn(process.stderr))}\n`);
      }
    },
    async expand(paths) {
      const { files, looked, diagnostics } = await expandPaths(paths, cwd);
      note(looked);
      session.report(diagnostics);
      return { files, failed: diagnostics.length > 0 };
    },
    async compilePath(path, options) {
      // The compiler is loaded by the commands that compile, and by no others.
      const { compileFile } = await import("./compile-file.js");
      const compiled = await compileFile(path, cwd, options);
      note(compiled.inputs);
      session.report(compiled.diagnostics, compiled.texts);
      return compiled;
    },
  };
  return session;
}

/** The body of a yargs handler: runs the command and leaves its exit code for when everything is written. */
export async function runCommand(body: (session: Session) => Promise<ExitCode>): Promise<void> {
  process.exitCode = await body(openSession());
}
