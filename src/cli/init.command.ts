import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailures } from "../diagnostics/file-failures.js";
import { type WriteNewResult, writeNewFiles } from "../hosts/write-new-files.js";
import { starter, starterFiles, workflowPath } from "./init-files.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { shellWord } from "./shell-word.js";

interface InitArguments {
  readonly dir: string;
  readonly keep: boolean;
}

/** The top of the repository that a folder lies in, which may be the folder; undefined where it lies in none. */
function repositoryTop(folder: string): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, ".git"))) return each;
    if (dirname(each) === each) return undefined;
  }
}

/** The folder as the workflow names it. A name that GitHub or its shell could read as more than one gives the whole repository. */
function placeOfModels(top: string, folder: string): string {
  const place = displayPath(top, folder);
  return place !== "." && /^[\w./@+ -]+$/.test(place) ? `./${place}` : ".";
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
        reason: writeFailures[result.code] ?? result.code,
      });
  }
}

async function init(session: Session, args: InitArguments): Promise<ExitCode> {
  // Most often a variable that is not set; as elsewhere it does not stand for the folder one is in.
  if (args.dir === "") {
    session.report([diagnose("tool/no-such-path", { path: args.dir })]);
    return 1;
  }
  const folder = resolve(session.cwd, args.dir);
  const top = repositoryTop(folder) ?? folder;
  const files = starterFiles(placeOfModels(top, folder));
  const result = await writeNewFiles(folder, files, { keep: args.keep });
  const shown = (path: string): string => displayPath(session.cwd, join(folder, path));
  if (result.kind !== "written") {
    session.report([refusal(result, shown)]);
    return 1;
  }
  /** A path on a command line; one that begins with a dash would be taken for a flag. */
  const word = (path: string): string => oneLine(shellWord(displayPath(session.cwd, path).replace(/^-/, "./-")));
  const say = (text: string): void => session.talk(`${text}\n`);
  for (const path of result.kept) say(`kept   ${oneLine(shown(path))}`);
  for (const path of result.paths) say(`wrote  ${oneLine(shown(path))}`);
  if (top !== folder && result.paths.includes(workflowPath)) {
    const workflows = join(top, dirname(workflowPath));
    say(`GitHub reads workflows only at the top of a repository. Move this one there:
  mkdir -p ${word(workflows)} && mv ${word(join(folder, workflowPath))} ${word(join(workflows, `lfer-${basename(folder)}.yml`))}`);
  }
  say(`next:${folder === session.cwd ? "" : `\n  cd ${word(folder)}`}
  lferc check                                              mistakes, and the budget
  lferc stats ${starter.file}                                   parameters, work and memory, layer by layer
  lferc train ${starter.file} --recipe ${starter.recipe} --data generated   on drawn faces, in seconds`);
  return 0;
}

export const initCommand: CommandModule<object, InitArguments> = {
  command: "init [dir]",
  describe:
    "Writes a small model with a budget and a recipe, a workflow that holds it to both on GitHub, a .gitignore and a README.md. No file is overwritten: where one is in the way, nothing is written.",
  builder: (yargs) =>
    yargs
      .positional("dir", {
        type: "string",
        default: ".",
        defaultDescription: "the folder you stand in",
        describe: "the folder to write into; it is made if need be",
      })
      .option("keep", {
        type: "boolean",
        default: false,
        describe: "leave files that are there already as they are, and write the others",
      })
      .example("lferc init face", "into a new folder")
      .example("lferc init --keep", "into a repository that has its README.md already"),
  handler: (args) => runCommand((session) => init(session, args)),
};
