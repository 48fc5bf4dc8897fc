import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { faceExpressions, generateFace } from "../data/generated-faces.js";
import { encodePng } from "../data/png.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { invariant } from "../diagnostics/invariant.js";
import { runFiles } from "../training/run-files.js";
import { freeRunFolder } from "../training/run-folder.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";

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
    child.once("error", reject);
    child.once("close", (code) => settle(code ?? 1));
  });
}

const quoted = (arg: string): string => (/^[\w./:=@-]+$/.test(arg) ? arg : `'${arg}'`);

interface Step {
  readonly why: string;
  readonly args: readonly string[];
  /** What keeps it from being run here: it is said, and the tour goes on. */
  readonly missing?: Problem | undefined;
}

/** The problem that something which may be missing is, or nothing. */
const problemOf = (found: unknown): Problem | undefined => (isProblem(found) ? found : undefined);

async function tour(session: Session, args: TourArguments): Promise<ExitCode> {
  const out = args.out === undefined ? await mkdtemp(join(tmpdir(), "lfer-tour-")) : resolve(session.cwd, args.out);
  const faces = join(out, "faces");
  await mkdir(faces, { recursive: true });
  for (const expression of faceExpressions) {
    await writeFile(join(faces, `${expression}.png`), encodePng(generateFace(expression, faceNumber, pictureSize)));
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
      `\n${session.paint("bold", why)}\n${session.paint("cyan", oneLine(`$ npx lferc ${args.map(quoted).join(" ")}`))}\n\n`,
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
${noRuntime === undefined ? `  See how the training went:                          open ${oneLine(run)}/${runFiles.curves} in a browser\n` : ""}\
  Train on your own pictures, a folder for each class: docs/training.md
  Change the network: copy ${source}, give it another width (stem: 58) or a third stage, and check it.
  Try a stem of 24: PDWRes refuses it and says why.   npx lferc check your.lfer
  See every counting convention side by side:         npx lferc stats ${source} --model LferLdl --convention all
  Read why a message exists:                          npx lferc explain shape/not-divisible
  The language by example is in docs/language.md.
`);
  return 0;
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
