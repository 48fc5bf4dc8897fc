/** The kind and place of a build's output: by `--target`, or by the file extension of `-o`. */
import { extname, format, parse } from "node:path";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { type BuildTarget, isBuildTarget, targetNames } from "./build-targets.js";

interface Kind {
  /** The file extensions of such outputs. */
  readonly endings: readonly string[];
  /** Whether the extension alone determines the target. */
  readonly byEnding: boolean;
  readonly isText: boolean;
  /** Whether the output is a folder of files. */
  readonly isFolder?: true;
}

const kinds: Readonly<Record<BuildTarget, Kind>> = {
  onnx: { endings: [".onnx"], byEnding: true, isText: false },
  "onnx-train": { endings: [".onnx"], byEnding: false, isText: false },
  "tfjs-train": { endings: [".mjs", ".js"], byEnding: false, isText: true },
  safetensors: { endings: [".safetensors"], byEnding: true, isText: false },
  tfjs: { endings: [], byEnding: false, isText: false, isFolder: true },
  torch: { endings: [], byEnding: false, isText: true, isFolder: true },
  svg: { endings: [".svg"], byEnding: true, isText: true },
  ir: { endings: [".ir", ".txt"], byEnding: false, isText: true },
};

const known = Object.values(kinds).flatMap(({ endings, byEnding }) => (byEnding ? endings : []));

const isWindows = process.platform === "win32";

const endingOf = (output: string): string => (isStdout(output) ? "" : extname(output).toLowerCase());

/** `-`, or the system's name for it. */
export const isStdout = (output: string): boolean => output === "-" || output === "/dev/stdout";

/** The output's name in messages. */
export const outputName = (output: string): string => (isStdout(output) ? "standard output" : oneLine(output));

/** The file of one part of what `-o` names: `step.gradients.onnx`, for `step.onnx`. */
export function partOutput(output: string, part: string): string {
  const { root, dir, name, ext } = parse(output);
  return format({ root, dir, name: `${name}.${part}`, ext });
}

const targetsWith = (ending: string): readonly BuildTarget[] =>
  targetNames.filter((name) => kinds[name].endings.includes(ending));

/** The target: as given, or by the file extension. */
export function targetOf(output: string, asked: string | undefined): string | Diagnostic {
  if (asked !== undefined) return asked;
  const ending = endingOf(output);
  const found = targetNames.find((name) => kinds[name].byEnding && kinds[name].endings.includes(ending));
  if (found !== undefined) return found;
  return diagnose("tool/no-target", { output: outputName(output), ending, known, only: targetsWith(ending) });
}

/** Why such a target cannot be written there. */
export function outputProblem(output: string, target: string, isWatching: boolean): Diagnostic | undefined {
  if (!isBuildTarget(target)) return undefined;
  const kind = kinds[target];
  const ending = endingOf(output);
  const others = targetsWith(ending);
  if (others.length > 0 && !others.includes(target)) {
    return diagnose("tool/target-clash", { output, target, ending, others, endings: kind.endings });
  }
  if (kind.isFolder) {
    const detail = `--target ${target} writes a folder, and ${outputName(output)} is none: name one after -o`;
    return isStdout(output) ? diagnose("tool/wrong-usage", { command: "build", detail }) : undefined;
  }
  // Such an ending would be cut off, and a file written in place of a folder.
  if (!isStdout(output) && /[/\\]\.{0,2}$/.test(isWindows ? output : output.replaceAll("\\", "_"))) {
    const detail = `-o names a file, and ${outputName(output)} a folder: say how the file in it is called`;
    return diagnose("tool/wrong-usage", { command: "build", detail });
  }
  if (!isStdout(output)) return undefined;
  if (isWatching) {
    const detail = "--watch writes again and again, standard output takes one file: name one after -o";
    return diagnose("tool/wrong-usage", { command: "build", detail });
  }
  return process.stdout.isTTY === true && !kind.isText ? diagnose("tool/binary-to-terminal", { target }) : undefined;
}
