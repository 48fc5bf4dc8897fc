import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { drawAnnotators } from "../data/faces/annotators.js";
import {
  aboutFaces,
  type FacesOptions,
  type FaceTables,
  faceFiles,
  faceTables,
  licenceText,
} from "../data/faces/face-tables.js";
import { faceSplits, fewestPeople, planFaces } from "../data/faces/planned-faces.js";
import { encodePng } from "../data/png.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { makeFolder } from "../hosts/folders.js";
import { codeOf, writeFileWhole } from "../hosts/write-file.js";
import { countedProgress } from "./counted-progress.js";
import { takeInterrupts } from "./interrupts.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { shellWord } from "./shell-word.js";
import { percent } from "./train-progress.js";
import { typedCommand } from "./typed-command.js";
import { UsageError } from "./usage.js";
import { checkWhole } from "./whole-number.js";

const mostPictures = 1_000_000;
/** Default: each person shows each expression twice. */
const usualPerPerson = 14;

interface FacesArguments {
  readonly out: string;
  readonly count: number;
  readonly seed: number;
  readonly people?: number | undefined;
  readonly size: number;
  readonly blends: number;
  readonly annotators: number;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "faces", detail }));
}

function optionsOf({ count, seed, people: asked, size, blends, annotators }: FacesArguments): FacesOptions {
  checkWhole("faces", "count", count, fewestPeople, mostPictures);
  checkWhole("faces", "seed", seed, 0);
  checkWhole("faces", "people", asked, fewestPeople, count);
  checkWhole("faces", "size", size, 8, 1024);
  checkWhole("faces", "annotators", annotators, 1, 1000);
  if (!(blends >= 0 && blends <= 1)) refuseUsage(`--blends takes a share from 0 to 1, not ${blends}`);
  const people = asked ?? Math.max(fewestPeople, Math.ceil(count / usualPerPerson));
  return { seed, count, people, size, blends };
}

/** What prevents writing faces into this folder: it must be empty, or contain faces of the same options. */
async function obstacle(session: Session, folder: string, about: string): Promise<Diagnostic | undefined> {
  const path = displayPath(session.cwd, folder);
  try {
    if ((await readdir(folder)).length === 0) return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === "ENOENT" ? undefined : diagnose("faces/cannot-write", { path, code });
  }
  const begun = await readFile(join(folder, faceFiles.about), "utf8").catch(() => undefined);
  return begun === about ? undefined : diagnose("faces/in-the-way", { path, holdsFaces: begun !== undefined });
}

async function faces(session: Session, args: FacesArguments): Promise<ExitCode> {
  if (args.out === "") refuseUsage("--out takes a folder");
  const options = optionsOf(args);
  const folder = resolve(session.cwd, args.out);
  const annotators = drawAnnotators(options.seed, args.annotators);
  const about = aboutFaces(options, annotators);
  const hindered = await obstacle(session, folder, about);
  if (hindered !== undefined) {
    session.report([hindered]);
    return 1;
  }
  /** Writes one file in the folder; returns whether that succeeded. */
  const write = async (path: string, bytes: string | Uint8Array): Promise<boolean> => {
    const full = join(folder, ...path.split("/"));
    const made = await makeFolder(dirname(full));
    const pieces = [typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes];
    const written = made.kind === "failed" ? made : await writeFileWhole(full, pieces);
    if (written.kind === "written") return true;
    const failedAt = displayPath(session.cwd, made.kind === "failed" ? made.path : full);
    progress.clear();
    session.report([diagnose("faces/cannot-write", { path: failedAt, code: written.code })]);
    return false;
  };
  const progress = countedProgress(session, "drawing faces");
  const ending = takeInterrupts(() => undefined);
  try {
    if (!(await write(faceFiles.about, about)) || !(await write(faceFiles.licence, licenceText))) return 1;
    let done = 0;
    for (const face of planFaces(options)) {
      if (ending.isRequested()) {
        progress.clear();
        session.talk(`stopped after ${done} of ${options.count} pictures; the same command continues\n`);
        return 130;
      }
      const isThere = existsSync(join(folder, ...face.path.split("/")));
      if (!isThere && !(await write(face.path, encodePng(face.paint(options.size))))) return 1;
      progress.show(++done, options.count);
    }
    const tables = faceTables(planFaces(options), annotators, options.seed);
    for (const table of ["distributions", "votes", "labels"] as const) {
      if (!(await write(faceFiles[table], tables[table]))) return 1;
    }
    progress.clear();
    summarise(session, folder, options, annotators.length, tables);
    return 0;
  } finally {
    ending.release();
  }
}

function summarise(
  session: Session,
  folder: string,
  { count, people, seed }: FacesOptions,
  annotators: number,
  { bySplit, blends, agreed }: FaceTables,
): void {
  const shown = oneLine(displayPath(session.cwd, folder));
  const splits = faceSplits.map((split) => {
    const { pictures = 0, people: persons = new Set() } = bySplit.get(split) ?? {};
    return `${split} ${pictures} (${persons.size} persons)`;
  });
  session.print(`${count} faces of ${people} persons in ${shown}, seed ${seed}: ${splits.join(", ")}
${blends} of them are blends; most of ${annotators} annotators name the label of ${percent(agreed / count)}
try:  ${typedCommand} train MODEL.lfer --recipe RECIPE --data ${oneLine(shellWord(shown))}
`);
}

export const facesCommand: CommandModule<object, FacesArguments> = {
  command: "faces",
  describe:
    "Draws cartoon faces as a data set in the public domain: folders train, val and test with a folder for each expression, and no person in two of them; labels.csv with person and group, distributions.csv with the true share of each expression, votes.csv with the votes of simulated annotators, about.json with their error model.",
  builder: (yargs) =>
    yargs
      .option("out", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the folder: new, empty, or begun with the same options",
      })
      .option("count", { type: "number", default: 700, requiresArg: true, describe: "number of pictures" })
      .option("seed", {
        type: "number",
        default: 0,
        requiresArg: true,
        describe: "random seed: the same options and seed give the same bytes",
      })
      .option("people", {
        type: "number",
        requiresArg: true,
        describe: `number of persons; default enough for ${usualPerPerson} pictures of each`,
      })
      .option("size", { type: "number", default: 112, requiresArg: true, describe: "side length in pixels" })
      .option("blends", {
        type: "number",
        default: 0.25,
        requiresArg: true,
        describe: "the share of faces that show two or three expressions at once",
      })
      .option("annotators", {
        type: "number",
        default: 10,
        requiresArg: true,
        describe: "number of annotators per face",
      })
      .example("lferc faces -o faces", "700 faces of 50 persons, in a minute")
      .example("lferc faces -o faces --count 7000 --blends 0.5 --annotators 5", "more and harder faces"),
  handler: (args) => runCommand((session) => faces(session, args)),
};
