import { extname, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { asItLies, type LyingPicture, type LyingSet } from "../data/look/as-it-lies.js";
import { findingsOf, warningsOf } from "../data/look/findings.js";
import { inspect, type SeenPicture } from "../data/look/inspect.js";
import {
  type ManifestForm,
  manifestDifference,
  manifestOf,
  manifestText,
  readManifest,
} from "../data/look/manifest.js";
import { picturesPerRow, type SheetPicture, sheetHtml, sheetSvg, thumbnailOf } from "../data/look/sheet.js";
import { readPictureFile } from "../data/picture-files.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { writeFileWhole } from "../hosts/write-file.js";
import { randomStream } from "../random/stream.js";
import { countedProgress } from "./counted-progress.js";
import { summaryJson, summaryText } from "./data-summary.js";
import { takeInterrupts } from "./interrupts.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { recipeOption, recipeSetOption } from "./shared-options.js";
import { widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";
import { checkWhole } from "./whole-number.js";

const formats = ["pretty", "json"] as const;

interface DataArguments {
  readonly dir: string;
  readonly size?: number | undefined;
  readonly sheet?: string | undefined;
  readonly manifest?: string | undefined;
  readonly format?: (typeof formats)[number] | undefined;
  readonly for?: string | undefined;
  readonly recipe?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

const usualSize = 112;

const sheetForms = { ".svg": sheetSvg, ".html": sheetHtml } as const;
const manifestForms: Readonly<Record<string, ManifestForm>> = { ".json": "json", ".csv": "csv" };

/** The format by a file's extension; unknown extensions are rejected. */
function formOf<T>(flag: string, file: string, forms: Readonly<Record<string, T>>): T {
  const form = forms[extname(file).toLowerCase()];
  if (form !== undefined) return form;
  throw wrongUsage(`--${flag} takes a file that ends in ${Object.keys(forms).join(" or ")}, not "${file}"`);
}

/** Maximum number of classes on a sheet: data of identities may have thousands. */
const mostRows = 60;

/** Extra pictures per row that replace bad ones. */
const spares = 4;

/** Candidates for the sheet, drawn such that the same data give the same sheet. */
function candidatesFor(set: LyingSet): ReadonlySet<LyingPicture> {
  const byClass = new Map<string, LyingPicture[]>(set.classes.slice(0, mostRows).map((label) => [label, []]));
  for (const picture of set.pictures) byClass.get(picture.label)?.push(picture);
  const drawn = [...byClass.values()].flatMap((own) =>
    own
      .map((picture) => ({ picture, rank: randomStream(0, `sheet.${picture.path}`).uniform() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, picturesPerRow + spares)
      .map(({ picture }) => picture),
  );
  return new Set(drawn);
}

const wrongUsage = (detail: string): UsageError =>
  new UsageError(diagnose("tool/wrong-usage", { command: "data", detail }));

/** `--for` writes a manifest and nothing else; without it, there is no recipe. */
async function dataFor(session: Session, args: DataArguments, path: string): Promise<ExitCode> {
  const { dir, manifest, recipe, set } = args;
  const useless = (["size", "sheet", "format"] as const).find((flag) => args[flag] !== undefined);
  if (useless !== undefined) throw wrongUsage(`--for writes a manifest only, and has no use for --${useless}`);
  if (manifest === undefined || extname(manifest).toLowerCase() !== ".csv")
    throw wrongUsage("--for goes with --manifest FILE.csv, the table to write");
  const { writeManifestFor } = await import("./data-for-recipe.js");
  return writeManifestFor(session, { dir, path, recipe, set, manifest });
}

async function data(session: Session, args: DataArguments): Promise<ExitCode> {
  if (args.for !== undefined) return dataFor(session, args, args.for);
  const { dir, size = usualSize, sheet, manifest, format } = args;
  const lonely = (["recipe", "set"] as const).find((flag) => args[flag] !== undefined);
  if (lonely !== undefined) throw wrongUsage(`--${lonely} goes with --for MODEL.lfer`);
  checkWhole("data", "size", size, 1, 100_000);
  const sheetForm = sheet === undefined ? undefined : formOf("sheet", sheet, sheetForms);
  const manifestForm = manifest === undefined ? undefined : formOf("manifest", manifest, manifestForms);
  const refuse = (problem: Problem | Diagnostic): ExitCode => {
    session.report([isProblem(problem) ? problem.diagnose({}) : problem]);
    return 1;
  };
  if (dir === "") return refuse(diagnose("tool/no-such-path", { path: dir }));
  const decode = await loadDecoder();
  if (isProblem(decode)) return refuse(decode);
  const folder = resolve(session.cwd, dir);
  const path = displayPath(session.cwd, folder);
  const set = await asItLies(folder, decode);
  if (!("pictures" in set)) {
    session.report(set.map((problem) => problem.diagnose({})));
    return 1;
  }
  const candidates = sheetForm === undefined ? new Set<LyingPicture>() : candidatesFor(set);
  const thumbnails = new Map<string, SheetPicture>();
  const progress = countedProgress(session, "looking at pictures");
  const ending = takeInterrupts(() => undefined);
  const seen = await inspect(set, {
    onProgress: (done) => progress.show(done, set.pictures.length),
    isStopped: ending.isRequested,
    onPixels: (picture, image) => {
      if (!candidates.has(picture)) return;
      thumbnails.set(picture.path, { path: picture.path, thumbnail: thumbnailOf(image) });
    },
  });
  progress.clear();
  ending.release();
  if (ending.isRequested()) {
    session.talk(`stopped after ${seen.length} of ${set.pictures.length} pictures; nothing was written\n`);
    return 130;
  }
  const found = findingsOf(set, seen, size);
  const warnings = warningsOf(path, set, found, size).map(
    (each): Diagnostic => ({
      ...each.diagnose({}),
      severity: "warning",
    }),
  );
  if (format === "json") session.json(summaryJson(path, set, found, size, warnings));
  else {
    const width = widthOn(process.stdout);
    session.print(summaryText(path, set, found, size, { paint: session.paint, width }));
    session.report(warnings);
  }
  if (sheet !== undefined && sheetForm !== undefined) {
    const rows = set.classes.slice(0, mostRows).map((label) => {
      const count = found.good.filter((picture) => picture.label === label).length;
      const own = [...candidates].filter((picture) => picture.label === label);
      return {
        label,
        count,
        pictures: own.flatMap((each) => thumbnails.get(each.path) ?? []).slice(0, picturesPerRow),
      };
    });
    const left = set.classes.length - rows.length;
    const title = `${path}: ${found.good.length} pictures${left > 0 ? `, ${left} more classes` : ""}`;
    const wrong = await writeText(session, sheet, sheetForm(title, rows));
    if (wrong !== undefined) return refuse(wrong);
  }
  if (manifest !== undefined && manifestForm !== undefined) {
    const wrong = await pin(session, path, manifest, manifestForm, seen);
    if (wrong !== undefined) return refuse(wrong);
  }
  return 0;
}

async function writeText(session: Session, file: string, text: string): Promise<Diagnostic | undefined> {
  const written = await writeFileWhole(resolve(session.cwd, file), [new TextEncoder().encode(text)]);
  if (written.kind === "failed") {
    return diagnose("tool/cannot-write", { path: file, reason: writeFailure(written.code) });
  }
  session.talk(`wrote ${oneLine(file)}\n`);
  return undefined;
}

/** Writes the manifest, or compares with the existing one. */
async function pin(
  session: Session,
  path: string,
  file: string,
  form: ManifestForm,
  seen: readonly SeenPicture[],
): Promise<Problem | Diagnostic | undefined> {
  const entries = manifestOf(seen);
  const bytes = await readPictureFile(resolve(session.cwd, file));
  if (isProblem(bytes)) {
    if (bytes.diagnose({}).code !== "data/missing-picture") return bytes;
    return writeText(session, file, manifestText(entries, form));
  }
  const pinned = readManifest(bytes, form);
  if (typeof pinned === "string") return diagnose("look/bad-manifest", { path: file, reason: pinned });
  const difference = manifestDifference(pinned, entries);
  if (difference !== undefined) return diagnose("look/other-data", { path, manifest: file, ...difference });
  session.talk(`${oneLine(path)} matches ${oneLine(file)}: ${entries.length} pictures, byte for byte\n`);
  return undefined;
}

export const dataCommand: CommandModule<object, DataArguments> = {
  command: "data <dir>",
  describe:
    "Inspects a data set before training: pictures by class and split, their sizes and formats, bad files, duplicate pictures, persons on both sides of a split. Writes nothing by default.",
  builder: (yargs) =>
    yargs
      .positional("dir", { type: "string", demandOption: true, describe: "the folder of the pictures, or a table" })
      .option("size", {
        type: "number",
        defaultDescription: String(usualSize),
        requiresArg: true,
        describe: "side length of the model's picture in pixels: smaller pictures are counted",
      })
      .option("sheet", {
        type: "string",
        requiresArg: true,
        describe: "write a sheet with some pictures of each class, an .svg or .html file",
      })
      .option("manifest", {
        type: "string",
        requiresArg: true,
        describe:
          "a .json or .csv file with every picture's path, class, split, digest and size: written if it does not exist, else compared; a difference gives exit code 1",
      })
      .option("for", {
        type: "string",
        requiresArg: true,
        describe:
          "a .lfer file: write the manifest as its recipe reads the data, a table of path, class or shares, split, person and group, for train.py and csv(...)",
      })
      .option("recipe", { ...recipeOption, describe: "--for: the recipe; optional if there is only one" })
      .option("set", { ...recipeSetOption, describe: "--for: set a parameter of the recipe" })
      .option("format", {
        choices: formats,
        defaultDescription: "pretty",
        requiresArg: true,
        describe: "pretty, or json: one object with complete lists",
      })
      .example("lferc data faces --sheet faces.html", "a sheet with some of each class")
      .example("lferc data faces --for model.lfer --manifest faces.csv", "the pictures of its recipe, for train.py")
      .example("lferc data faces --manifest faces.json", "pin a data set; in CI: check that it is unchanged"),
  handler: (args) => runCommand((session) => data(session, args)),
};
