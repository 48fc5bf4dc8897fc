import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { faceExpressions, generateFace } from "../data/generated-faces.js";
import { encodePng } from "../data/png.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { invariant } from "../diagnostics/invariant.js";
import { makeFolder, removeEmptyFolders } from "../hosts/folders.js";
import { makeLastingFolder } from "../hosts/temporary-folder.js";
import { removeIfThere, writeFileWhole } from "../hosts/write-file.js";
import { runFiles } from "../training/run-files.js";
import { freeRunFolder } from "../training/run-folder.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { typedCommand } from "./typed-command.js";

const example = "models/lfer_ldl.lfer";
const trainedExample = "examples/faces.lfer";
const pictureSize = 224;
/** Which faces are drawn to be classified: none of those that training draws. */
const faceNumber = 1001;

interface TourArguments {
  readonly out?: string | undefined;
}

/** The folder of the package that this file belongs to, bundled or not. */
function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    invariant(dirname(folder) !== folder, "lferc lies in no package");
  }
}

/** Runs lferc itself with these arguments, its text going where ours goes; resolves to its exit code. */
function lferc(args: readonly string[]): Promise<number> {
  const [, script = ""] = process.argv;
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    // A signal that ends us ends what we have started.
    const end = (): void => void child.kill();
    process.once("exit", end);
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", end);
      settle(code ?? 1);
    });
  });
}

const quoted = (arg: string): string => (/^[\w./:=@-]+$/.test(arg) ? arg : `'${arg}'`);

interface Step {
  readonly why: string;
  readonly args: readonly string[];
  /** What keeps it from being run here: it is said, the tour goes on with the others, and fails at its end. */
  readonly missing?: Problem | undefined;
}

/** The problem that something which may be missing is, or nothing. */
const problemOf = (found: unknown): Problem | undefined => (isProblem(found) ? found : undefined);

/** The folder of a tour; one that is not named is in the system's place for such and stays, to be looked at. */
function tourFolder(session: Session, { out }: TourArguments): string | Diagnostic {
  if (out !== undefined) return resolve(session.cwd, out);
  const made = makeLastingFolder("tour");
  if (made.kind === "made") return made.path;
  return diagnose("tool/no-temporary-folder", { path: made.path, code: made.code, flag: "--out" });
}

/** Draws the faces to be classified, or says what keeps them from being written. */
async function drawFaces(session: Session, faces: string): Promise<Diagnostic | undefined> {
  const refuse = (path: string, code: string): Diagnostic =>
    diagnose("tool/cannot-write", { path: displayPath(session.cwd, path), reason: writeFailure(code) });
  const made = await makeFolder(faces);
  if (made.kind === "failed") return refuse(made.path, made.code);
  const drawn: string[] = [];
  for (const expression of faceExpressions) {
    const path = join(faces, `${expression}.png`);
    const isNew = !existsSync(path);
    const written = await writeFileWhole(path, [encodePng(generateFace(expression, faceNumber, pictureSize))]);
    if (written.kind === "failed") {
      for (const each of drawn) await removeIfThere(each);
      await removeEmptyFolders(made.folders);
      return refuse(path, written.code);
    }
    if (isNew) drawn.push(path);
  }
  return undefined;
}

async function tour(session: Session, args: TourArguments): Promise<ExitCode> {
  const out = tourFolder(session, args);
  if (typeof out !== "string") {
    session.report([out]);
    return 1;
  }
  const faces = join(out, "faces");
  const unwritten = await drawFaces(session, faces);
  if (unwritten !== undefined) {
    session.report([unwritten]);
    return 1;
  }
  const source = displayPath(session.cwd, join(packageRoot(), example));
  const model = displayPath(session.cwd, join(out, "lfer_ldl.onnx"));
  const small = displayPath(session.cwd, join(packageRoot(), trainedExample));
  const run = displayPath(session.cwd, await freeRunFolder(join(out, "runs"), "Faces"));
  const noRuntime = problemOf(await loadOnnxRuntime());
  const steps: readonly Step[] = [
    { why: "Is the network right, and within its budget?", args: ["check", source] },
    { why: "What does it cost? Nothing is run for these numbers.", args: ["stats", source, "--model", "LferLdl"] },
    {
      why: "Write it as an ONNX file, compared with the float64 reference before it is written.",
      args: ["build", source, "--model", "LferLdl", "--target", "onnx", "-o", model],
    },
    {
      why: "Train a small network on drawn faces: a few seconds. Each epoch is judged by faces that it was not trained on.",
      args: ["train", small, "--recipe", "Faces", "--data", "generated", "--out", run],
      missing: noRuntime,
    },
    {
      why: "Ask the trained network about faces that it has never seen.",
      args: ["predict", `${run}/${runFiles.onnx}`, displayPath(session.cwd, faces)],
      missing: noRuntime ?? problemOf(await loadDecoder()),
    },
  ];
  for (const { why, args, missing } of steps) {
    session.print(
      `\n${session.paint("bold", why)}\n${session.paint("cyan", oneLine(`$ ${typedCommand} ${args.map(quoted).join(" ")}`))}\n\n`,
    );
    if (missing !== undefined) {
      session.talk("This step is left out:\n");
      session.report([missing.diagnose({})]);
      continue;
    }
    const code = await lferc(args);
    if (code !== 0) {
      session.talk(`\nThis step ended with exit code ${code}; the message above says why.\n`);
      return 1;
    }
  }
  session.print(`
${session.paint("bold", "What to try next")}
${noRuntime === undefined ? `  See how the training went:                          open ${oneLine(run)}/${runFiles.report} in a browser\n` : ""}\
  Train on your own pictures, a folder for each class: docs/training.md
  Change the network: copy ${source}, give it another width (stem: 58) or a third stage, and check it.
  Try a stem of 24: PDWRes refuses it and says why.   ${typedCommand} check your.lfer
  See every counting convention side by side:         ${typedCommand} stats ${source} --model LferLdl --convention all
  Read why a message exists:                          ${typedCommand} explain shape/not-divisible
  The language by example is in docs/language.md.
`);
  return leftOut(session, steps);
}

/** A tour shows all that it promises, or fails: what it did not show stands at its end, where it is read. */
function leftOut(session: Session, steps: readonly Step[]): ExitCode {
  const commands = new Map<string, string[]>();
  for (const { args, missing } of steps) {
    if (missing === undefined) continue;
    const { message, help } = missing.diagnose({});
    const why = `${message}\n${help}\n`;
    commands.set(why, [...(commands.get(why) ?? []), args[0] ?? ""]);
  }
  for (const [why, names] of commands) session.talk(`\nLeft out: ${names.join(", ")}. ${why}`);
  return commands.size === 0 ? 0 : 1;
}

export const tourCommand: CommandModule<object, TourArguments> = {
  command: "tour",
  describe:
    "Checks, counts and builds the example network, trains a small one on drawn faces and asks it about others, showing each command it runs.",
  builder: (yargs) =>
    yargs
      .option("out", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: "folder for the pictures and the model; a new temporary one unless given",
      })
      .example("lferc tour", "all of it, in some seconds")
      .example("lferc tour --out shown", "and keep what it makes"),
  handler: (args) => runCommand((session) => tour(session, args)),
};
