import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { kindOfPath } from "../formats/kind-of-path.js";
import { type WriteNewResult, writeNewFiles } from "../hosts/write-new-files.js";
import { attributesPath, sourceAttributes, starter, starterFiles } from "./init-files.js";
import { workflowPath } from "./init-workflow.js";
import { type InstallAddress, readInstallAddress } from "./install-address.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings } from "./shared-options.js";
import { shellWord } from "./shell-word.js";
import { typedCommand } from "./typed-command.js";
import { UsageError } from "./usage.js";

interface InitArguments {
  readonly dir: string;
  readonly keep: boolean;
  readonly from?: string | undefined;
  readonly onnx?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

/** The root of the repository that contains a folder; undefined if there is none. */
function repositoryTop(folder: string): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, ".git"))) return each;
    if (dirname(each) === each) return undefined;
  }
}

/** The folder as the workflow names it. For a name that GitHub or its shell could misread, the whole repository is used. */
function placeOfModels(top: string, folder: string): string {
  const place = displayPath(top, folder);
  return place !== "." && /^[\w./@+ -]+$/.test(place) ? `./${place}` : ".";
}

/** A file's path for npm, which recognises a path only by its beginning. */
function nearby(folder: string, file: string): string {
  const place = relative(folder, file).replaceAll("\\", "/");
  return place.startsWith("../") ? place : `./${place}`;
}

function refusal(result: Exclude<WriteNewResult, { kind: "written" }>, shown: (path: string) => string): Diagnostic {
  switch (result.kind) {
    case "occupied":
      return diagnose("tool/would-overwrite", { paths: result.paths.map(shown) });
    case "outside":
      return diagnose("tool/leads-outside", { path: shown(result.path) });
    case "failed":
      return diagnose("tool/cannot-write", {
        path: shown(result.path),
        reason: writeFailure(result.code),
      });
  }
}

async function init(session: Session, args: InitArguments): Promise<ExitCode> {
  // Usually an unset variable; as elsewhere, it does not mean the current folder.
  if (args.dir === "") {
    session.report([diagnose("tool/no-such-path", { path: args.dir })]);
    return 1;
  }
  const folder = resolve(session.cwd, args.dir);
  // Of other files the system's error says enough.
  const kind = existsSync(folder) && statSync(folder).isFile() ? kindOfPath(folder, new Uint8Array()) : undefined;
  if (kind !== undefined) {
    session.report([diagnose("tool/wrong-kind", { path: args.dir, kind, wanted: "a folder" })]);
    return 1;
  }
  const top = repositoryTop(folder) ?? folder;
  const from = args.from === undefined ? undefined : readInstallAddress(args.from, session.cwd, top);
  if (isProblem(from)) {
    session.report([from.diagnose({})]);
    return 1;
  }
  const begin = await beginning(session, args, { folder, top, from });
  if ("code" in begin) {
    session.report([begin]);
    return 1;
  }
  const { files, next } = begin;
  const result = await writeNewFiles(folder, files, { keep: args.keep });
  const shown = (path: string): string => displayPath(session.cwd, join(folder, path));
  if (result.kind !== "written") {
    session.report([refusal(result, shown)]);
    return 1;
  }
  /** A path on a command line; one that begins with a dash would be a flag. */
  const word = (path: string): string => oneLine(shellWord(displayPath(session.cwd, path).replace(/^-/, "./-")));
  const say = (text: string): void => session.talk(`${text}\n`);
  for (const path of result.kept) say(`kept   ${oneLine(shown(path))}`);
  for (const path of result.paths) say(`wrote  ${oneLine(shown(path))}`);
  if (top !== folder && result.paths.includes(workflowPath)) {
    const workflows = join(top, dirname(workflowPath));
    say(`GitHub reads workflows only at the top of a repository. Move this one there:
  mkdir -p ${word(workflows)} && mv ${word(join(folder, workflowPath))} ${word(join(workflows, `lfer-${basename(folder)}.yml`))}`);
  }
  if (result.paths.includes(workflowPath)) {
    if (from === undefined) {
      say(
        `${oneLine(shown(workflowPath))} does not install lferc yet: fill in LFER there, or let \`--from ADDRESS\` do it.`,
      );
    } else if (from.moves) {
      say(`${from.text} names no commit by its 40 digits: the workflow runs whatever is there on its day.`);
    }
  }
  if (from !== undefined && result.kept.includes(workflowPath)) {
    say(`${oneLine(shown(workflowPath))} was kept as it was: --from did not change it.`);
  }
  if (result.kept.includes(attributesPath) && !readFileSync(join(folder, attributesPath), "utf8").includes("*.lfer")) {
    say(
      `${oneLine(shown(attributesPath))} was kept as it was: add "${sourceAttributes.trimEnd()}" to it, for checkouts on Windows.`,
    );
  }
  // The commands about an ONNX file are for where one stands.
  const steps = folder === session.cwd || args.onnx !== undefined ? next : [`cd ${word(folder)}`, ...next];
  say(["next:", ...steps].join("\n  "));
  return 0;
}

interface Place {
  readonly folder: string;
  readonly top: string;
  readonly from: InstallAddress | undefined;
}

/** The files to write, by path relative to the folder, and the commands to try next. */
interface Beginning {
  readonly files: ReadonlyMap<string, string>;
  readonly next: readonly string[];
}

async function beginning(session: Session, args: InitArguments, place: Place): Promise<Beginning | Diagnostic> {
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const { folder, top, from } = place;
  if (args.onnx !== undefined) {
    const { onnxStarter } = await import("./init-onnx.js");
    const begin = await onnxStarter(session, { ...place, onnx: args.onnx, set });
    if ("code" in begin) return begin;
    return { files: begin.files, next: [`${begin.command}   as the workflow does`] };
  }
  if (args.set !== undefined) {
    const detail = "--set gives sizes of the file after --onnx, and there is none";
    throw new UsageError(diagnose("tool/wrong-usage", { command: "init", detail }));
  }
  const fromHere = from?.file === undefined ? from?.text : nearby(folder, from.file);
  const next = [
    `${typedCommand} check                                              mistakes, and the budget`,
    `${typedCommand} stats ${starter.file}                                   parameters, work and memory, layer by layer`,
    `${typedCommand} train ${starter.file} --recipe ${starter.recipe} --data generated   on drawn faces, in seconds`,
  ];
  return { files: starterFiles({ models: placeOfModels(top, folder), from, fromHere }), next };
}

export const initCommand: CommandModule<object, InitArguments> = {
  command: "init [dir]",
  describe:
    "Writes a small model with a budget and a recipe, a GitHub workflow that checks them, a .gitignore and a README.md; with --onnx, a budget for that file and the workflow. No file is overwritten: if one exists already, nothing is written.",
  builder: (yargs) =>
    yargs
      .positional("dir", {
        type: "string",
        default: ".",
        defaultDescription: "the current folder",
        describe: "the folder to write into; created if it does not exist",
      })
      .option("keep", {
        type: "boolean",
        default: false,
        describe: "keep existing files, and write the others",
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        describe:
          "the address from which the workflow installs lferc: https://HOST/FILE.tgz, git+https://HOST/REPOSITORY.git#COMMIT, git+ssh://..., github:OWNER/REPOSITORY#COMMIT, or a .tgz in the repository; without it the workflow says what to fill in",
      })
      .option("onnx", {
        type: "string",
        requiresArg: true,
        describe: "write a budget for this ONNX file of the repository, from what it costs today, and its workflow",
      })
      .option("set", {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "with --onnx, the size of an open axis of the file: --set height=224",
      })
      .example("lferc init face", "into a new folder")
      .example("lferc init --onnx model.onnx", "a gate for an exported network")
      .example(
        "lferc init --from tools/lfer.tgz",
        "with a workflow that installs this tarball, which `npm pack` made in a clone",
      )
      .example("lferc init --keep", "into a repository that has its README.md already"),
  handler: (args) => runCommand((session) => init(session, args)),
};
