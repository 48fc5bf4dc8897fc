import { join } from "node:path";
import type { CommandModule } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { sourceTexts } from "../diagnostics/source-text.js";
import { readStoredText } from "../formats/stored-text.js";
import type { Host } from "../hosts/host.js";
import { nodeHost, sourceFileLimit } from "../hosts/node-host.js";
import { writeFileWhole } from "../hosts/write-file.js";
import { format } from "../syntax/format/format.js";
import { unifiedDiff } from "../syntax/format/unified-diff.js";
import { displayPath, hostPath, projectRoot } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { UsageError } from "./usage.js";

interface FmtArguments {
  readonly path: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
}

/** The result for a text. */
type Outcome = "same" | "changed" | "failed";

/** A text and the bytes that store it. */
interface Source {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** A file's text; errors are reported. */
async function readSource(session: Session, full: string, path: string): Promise<Source | undefined> {
  const root = projectRoot(full, session.cwd);
  const answer = await nodeHost(root).read(hostPath(root, full));
  switch (answer.kind) {
    case "text":
      return { text: answer.text, bytes: answer.bytes ?? new Uint8Array() };
    case "too-large":
      session.report([diagnose("limit/file-too-large", { path, bytes: answer.bytes, limit: answer.limit })]);
      return undefined;
    default: {
      const reason = answer.kind === "unreadable" ? answer.reason : "it is a link to outside its project";
      session.report(
        answer.kind === "missing"
          ? [diagnose("tool/no-such-path", { path })]
          : [diagnose("tool/unreadable-path", { path, reason })],
      );
      return undefined;
    }
  }
}

/** The formatted text; errors are reported. `full`: its path, real or assumed. */
async function formatted(session: Session, full: string, path: string, text: string): Promise<string | undefined> {
  const result = format(path, text);
  if (result.kind === "formatted") {
    const isFine = !result.mayDivide || (await keepsDivisions(session, full, path, text));
    return isFine ? result.text : undefined;
  }
  session.report(
    result.diagnostics,
    sourceTexts((file) => (file === path ? text : undefined)),
  );
  return undefined;
}

/** False (reported) if a comment is a division according to `check`: formatting would move it away from its number. */
async function keepsDivisions(session: Session, full: string, path: string, text: string): Promise<boolean> {
  const { compile, load } = await import("../compiler.js");
  const root = projectRoot(full, session.cwd);
  const way = hostPath(root, full);
  // `std/` alone is the standard library.
  const entry = way.startsWith("std/") ? `./${way}` : way;
  const host = nodeHost(root);
  const read: Host["read"] = async (file) => (file === entry ? { kind: "text", text } : host.read(file));
  const { diagnostics } = compile(await load({ read }, entry));
  const found = diagnostics.filter(({ code, span }) => code === "syntax/floor-division" && span?.file === entry);
  session.report(
    found,
    sourceTexts(
      (file) => (file === entry ? text : undefined),
      () => path,
    ),
  );
  return found.length === 0;
}

/** The text for a diff, with the mark that formatting removes: a text in UTF-16 has one, too. */
function shownText({ text, bytes }: Source): string {
  const stored = readStoredText(bytes);
  return typeof stored !== "string" && stored.hasMark ? `\ufeff${text}` : text;
}

async function formatFile(session: Session, args: FmtArguments, full: string): Promise<Outcome> {
  const path = displayPath(session.cwd, full);
  const before = await readSource(session, full, path);
  const after = before === undefined ? undefined : await formatted(session, full, path, before.text);
  if (before === undefined || after === undefined) return "failed";
  const put = new TextEncoder().encode(after);
  if (Buffer.compare(before.bytes, put) === 0) return "same";
  if (args.diff) session.data(unifiedDiff(oneLine(path), shownText(before), after));
  if (args.check && !args.diff) session.print(`${oneLine(path)}\n`);
  if (args.check || args.diff) return "changed";
  const written = await writeFileWhole(full, [put], before.bytes);
  if (written.kind === "written") return "changed";
  const reason = writeFailure(written.code);
  session.report([diagnose("tool/cannot-format", { path, reason })]);
  return "failed";
}

/** The text of stdin, or a problem: reading stops at the size limit of a source. */
async function readInput(): Promise<Source | Diagnostic> {
  const path = "<stdin>";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > sourceFileLimit) return diagnose("limit/input-too-large", { path, limit: sourceFileLimit });
    pieces.push(piece);
  }
  const whole = Buffer.concat(pieces);
  const stored = readStoredText(whole);
  if (typeof stored === "string") return diagnose("tool/unreadable-path", { path, reason: stored });
  return { text: stored.text, bytes: whole };
}

/** From stdin to stdout, for editors. */
async function formatInput(session: Session, args: FmtArguments): Promise<ExitCode> {
  const path = "<stdin>";
  const before = await readInput();
  if ("code" in before) {
    session.report([before]);
    return 1;
  }
  const after = await formatted(session, join(session.cwd, "stdin.lfer"), path, before.text);
  if (after === undefined) return 1;
  const isSame = Buffer.compare(before.bytes, new TextEncoder().encode(after)) === 0;
  if (args.diff) session.data(isSame ? "" : unifiedDiff("stdin", shownText(before), after));
  else if (!args.check) session.data(after);
  return (args.diff || args.check) && !isSame ? 1 : 0;
}

const counted = (count: number): string => `${count} file${count === 1 ? "" : "s"}`;

async function fmt(session: Session, args: FmtArguments): Promise<ExitCode> {
  if (args.path.includes("-")) {
    if (args.path.length === 1) return formatInput(session, args);
    const detail = "- stands for standard input, which is formatted by itself: leave the other paths out";
    throw new UsageError(diagnose("tool/wrong-usage", { command: "fmt", detail }));
  }
  const { files, failed } = await session.expand(args.path.length === 0 ? ["."] : args.path);
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await formatFile(session, args, file));
  const changed = outcomes.filter((outcome) => outcome === "changed").length;
  const only = args.check || args.diff;
  session.talk(`${counted(files.length)} looked at: ${changed} ${only ? "would change" : "formatted"}\n`);
  return failed || outcomes.includes("failed") || (only && changed > 0) ? 1 : 0;
}

export const fmtCommand: CommandModule<object, FmtArguments> = {
  command: "fmt [path..]",
  describe:
    "Formats .lfer files: spaces, indents, blank lines and long lines, in UTF-8 with LF and without a byte order mark; comments stay. Files with errors are reported and not changed.",
  builder: (yargs) =>
    yargs
      .positional("path", {
        type: "string",
        array: true,
        default: [],
        defaultDescription: "the current folder",
        describe: "files, or folders, searched for .lfer files; - formats standard input to standard output",
      })
      .option("check", {
        type: "boolean",
        default: false,
        describe: "write nothing: list the files that would change, exit code 1 if there are any",
      })
      .option("diff", {
        type: "boolean",
        default: false,
        describe: "write nothing: show the changes as a unified diff, exit code 1 if there are any",
      })
      .example("lferc fmt", "every file under the current folder")
      .example("lferc fmt --check models", "in CI")
      .example("lferc fmt - < net.lfer", "from an editor"),
  handler: (args) => runCommand((session) => fmt(session, args)),
};
