import { commands } from "../../src/cli/commands.js";
import { readArguments } from "../../src/cli/read-arguments.js";
import { settingMeant } from "../../src/cli/settings-as-flags.js";
import { UsageError } from "../../src/cli/usage.js";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { renderPretty } from "../../src/diagnostics/render-pretty.js";
import { noSourceTexts } from "../../src/diagnostics/source-text.js";
import { assertFits } from "./fits.js";
import { codesIn, type Ran } from "./lferc.js";

/** The columns of the terminal on which commands run, and their colours go nowhere; undefined: no terminal. */
let terminal: number | undefined;

/** Runs commands as on a terminal of so many columns, and checks that what they print fits it. */
export async function onTerminal<T>(columns: number, body: () => Promise<T>): Promise<T> {
  const { TERM, NO_COLOR } = process.env;
  terminal = columns;
  Object.assign(process.env, { TERM: "dumb", NO_COLOR: "1" });
  try {
    return await body();
  } finally {
    terminal = undefined;
    for (const [name, value] of Object.entries({ TERM, NO_COLOR })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Makes both streams look like that terminal; the returned function undoes it. */
function dressed(columns: number | undefined): () => void {
  if (columns === undefined) return () => undefined;
  const undo = [process.stdout, process.stderr].map((stream) => {
    const before = { isTTY: stream.isTTY, columns: stream.columns };
    Object.assign(stream, { isTTY: true, columns });
    return () => Object.assign(stream, before);
  });
  return () => {
    for (const each of undo) each();
  };
}

/**
 * Runs a command in this process, from the sources: many runs cost as much as one start. One at a time; `runLferc` is for tests of the
 * process itself (signals, its end, a broken pipe).
 */
export async function callLferc([name = "", ...args]: readonly string[], cwd: string): Promise<Ran> {
  const before = process.cwd();
  const own = { stdout: process.stdout.write, stderr: process.stderr.write };
  const said = { stdout: "", stderr: "" };
  const refused = (diagnostic: Diagnostic): number => {
    said.stderr += renderPretty(diagnostic, noSourceTexts, plainPaint, terminal);
    return 2;
  };
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const module = await command.load();
  const read = readArguments(name, module, args);
  if (read.kind === "help") throw new Error("help is asked for in a process of its own");
  process.chdir(cwd);
  if (read.kind === "refused") {
    const meant = await settingMeant(name, module, args, read.diagnostic).finally(() => process.chdir(before));
    const code = refused(meant ?? read.diagnostic);
    return { code, ...said };
  }
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = ((text: string | Uint8Array) => {
      said[stream] += String(text);
      return true;
    }) as typeof process.stdout.write;
  }
  const undress = dressed(terminal);
  try {
    process.exitCode = 0;
    await module.handler(read.values as Parameters<typeof module.handler>[0]);
    if (terminal !== undefined) assertFits(`${said.stdout}\n${said.stderr}`, terminal);
    return { code: Number(process.exitCode), ...said };
  } catch (error) {
    if (error instanceof UsageError) return { code: refused(error.diagnostic), ...said };
    throw error;
  } finally {
    process.exitCode = 0;
    process.stdout.write = own.stdout;
    process.stderr.write = own.stderr;
    undress();
    process.chdir(before);
  }
}

/** The codes that a command reports, run in this process. */
export const reportedCodes = async (args: readonly string[], cwd: string): Promise<readonly string[]> =>
  codesIn((await callLferc(args, cwd)).stderr);
