import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { invariant } from "../diagnostics/invariant.js";
import { makeLastingFolder } from "../hosts/temporary-folder.js";
import { runFiles } from "../training/run-files.js";
import { freeRunFolder } from "../training/run-folder.js";
import { packageRoot } from "./package-root.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { shellWord } from "./shell-word.js";
import { typedCommand } from "./typed-command.js";

const example = "models/lfer_ldl.lfer";
const trainedExample = "examples/faces.lfer";
/** Maximum width of this command's text. */
const width = 80;

interface TourArguments {
  readonly out?: string | undefined;
}

/** Runs lferc with these arguments and our outputs; resolves to its exit code. */
function lferc(args: readonly string[]): Promise<number> {
  const [, script = ""] = process.argv;
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    // A signal that ends this process also ends its children.
    const end = (): void => void child.kill();
    process.once("exit", end);
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", end);
      settle(code ?? 1);
    });
  });
}

interface Step {
  readonly why: string;
  /** Called when the step begins: it may use results of earlier steps. */
  readonly args: () => readonly string[];
  /** Why the step cannot run here: it is reported, the tour continues, and fails at its end. */
  readonly missing?: Problem | undefined;
}

/** The problem, if it is one. */
const problemOf = (found: unknown): Problem | undefined => (isProblem(found) ? found : undefined);

/** The folder of a tour; by default a temporary folder, which is kept for inspection. */
function tourFolder(session: Session, { out }: TourArguments): string | Diagnostic {
  if (out !== undefined) return resolve(session.cwd, out);
  const made = makeLastingFolder("tour");
  if (made.kind === "made") return made.path;
  return diagnose("tool/no-temporary-folder", { path: made.path, code: made.code, flag: "--out" });
}

/** A picture of each class, the first by name; none if they could not be drawn, which was reported. */
function oneOfEach(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) =>
      readdirSync(join(folder, name))
        .toSorted()
        .slice(0, 1)
        .map((picture) => join(folder, name, picture)),
    );
}

/** A shell command, broken into lines if it is long; a flag and its value stay together. */
function commandLines(args: readonly string[]): string {
  const lines: string[] = [];
  let line = `$ ${typedCommand}`;
  for (let i = 0; i < args.length; i++) {
    const isFlag = args[i]?.startsWith("-") === true && args[i + 1]?.startsWith("-") === false;
    const words = args.slice(i, i + (isFlag ? 2 : 1)).map((arg) => oneLine(shellWord(arg)));
    if (isFlag) i++;
    const next = ` ${words.join(" ")}`;
    if (line.length + next.length + " \\".length > width) {
      lines.push(`${line} \\`);
      line = `   ${next}`;
    } else line += next;
  }
  return [...lines, line].join("\n");
}

async function tour(session: Session, args: TourArguments): Promise<ExitCode> {
  const out = tourFolder(session, args);
  if (typeof out !== "string") {
    session.report([out]);
    return 1;
  }
  const shown = (path: string): string => displayPath(session.cwd, path);
  const home = packageRoot();
  invariant(home !== undefined, "lferc lies in no package");
  const [network, small] = [example, trainedExample].map((path) => shown(join(home, path))) as [string, string];
  const faces = join(out, "drawn");
  const drawn = shown(faces);
  const run = shown(await freeRunFolder(join(out, "runs"), "Faces"));
  const noRuntime = problemOf(await loadOnnxRuntime());
  const unable = noRuntime ?? problemOf(await loadDecoder());
  const steps: readonly Step[] = [
    { why: "Is the network right, and within its budget?", args: () => ["check", small] },
    {
      why: "What does LFER-LDL cost, as its paper counts? Nothing is run for it.",
      args: () => ["stats", network, "--model", "LferLdl", "--depth", "1", "--convention", "paper"],
    },
    {
      why: "Draw faces: of some persons to train on, of others to evaluate on.",
      args: () => ["faces", "-o", drawn, "--count", "1000", "--size", "48"],
    },
    {
      why: "Train a small network on them. Each epoch is evaluated on unseen persons.",
      args: () => ["train", small, "--recipe", "Faces", "--data", drawn, "--out", run],
      missing: unable,
    },
    {
      why: "How good is it? Evaluate it on the test part: persons that it has never seen.",
      args: () => ["eval", run, "--data", drawn, "--split", "test"],
      missing: unable,
    },
    {
      why: "What does it say of one face of each class?",
      args: () => ["predict", run, ...oneOfEach(join(faces, "test")).map(shown), "--top", "2"],
      missing: unable,
    },
    {
      why: "LFER-LDL as an ONNX file: compared with a float64 reference, then written.",
      args: () => ["build", network, "--model", "LferLdl", "--target", "onnx", "-o", shown(join(out, "lfer_ldl.onnx"))],
    },
  ];
  for (const { why, args, missing } of steps) {
    const words = args();
    session.print(`\n${session.paint("bold", why)}\n${session.paint("cyan", commandLines(words))}\n\n`);
    if (missing !== undefined) {
      session.talk("This step is left out:\n");
      session.report([missing.diagnose({})]);
      continue;
    }
    const code = await lferc(words);
    if (code !== 0) {
      session.talk(`\nThis step ended with exit code ${code}; the message above says why.\n`);
      return 1;
    }
  }
  const next: readonly (readonly [what: string, words: readonly string[]])[] = [
    ["Your own pictures, a folder for each class: look at them, then train", ["data", "DIR"]],
    ["", ["train", small, "--data", "DIR"]],
    ["Whether one run is better than another", ["eval", "RUN", "RUN", "--data", "DIR"]],
    ["A run's report, written again with its worst pictures", ["report", "RUN", "--data", "DIR"]],
    [
      "The same recipe over several values and seeds, in one table",
      ["sweep", small, "--recipe", "Faces", "--over", "lr=0.002,0.01", "--data", drawn, "-o", "DIR"],
    ],
    [
      "LFER-LDL as its paper trains it, RAF-DB in DIR, the teacher first",
      ["train", network, "--recipe", "RafDb", "--data", "DIR"],
    ],
  ];
  session.print(`\n${session.paint("bold", "What to try next")}\n`);
  if (unable === undefined) session.print(`Open ${oneLine(run)}/${runFiles.report} in a browser: the run to look at\n`);
  for (const [what, words] of next) {
    session.print(`${what === "" ? "" : `${what}:\n`}${commandLines(words)}\n`);
  }
  const page = (name: string): string => oneLine(shown(join(home, "docs", name)));
  session.print(
    `Networks by example: ${page("language.md")}\nTraining: ${page("training.md")}\nAll pages: ${page("README.md")}\n`,
  );
  return leftOut(session, steps);
}

/** A tour that skipped a step fails; the skipped steps are listed at its end. */
function leftOut(session: Session, steps: readonly Step[]): ExitCode {
  const commands = new Map<string, string[]>();
  for (const { args, missing } of steps) {
    if (missing === undefined) continue;
    const { message, help } = missing.diagnose({});
    const why = `${message}\n${help}\n`;
    commands.set(why, [...(commands.get(why) ?? []), args()[0] ?? ""]);
  }
  for (const [why, names] of commands) session.talk(`\nLeft out: ${names.join(", ")}. ${why}`);
  return commands.size === 0 ? 0 : 1;
}

export const tourCommand: CommandModule<object, TourArguments> = {
  command: "tour",
  describe:
    "Checks, counts and builds networks, draws faces, trains a small network on them and evaluates it on others. Prints each command.",
  builder: (yargs) =>
    yargs
      .option("out", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: "folder for all output; default a new temporary one",
      })
      .example("lferc tour", "everything, in less than a minute")
      .example("lferc tour --out shown", "and keep the output"),
  handler: (args) => runCommand((session) => tour(session, args)),
};
