/** What `lferc build` makes of an ONNX file: what needs its layers only. */
import { resolve } from "node:path";
import type { MacsConvention } from "../analysis/conventions.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { printGraph } from "../ir/text.js";
import { keepsFiles, writeOutput } from "./build-files.js";
import { buildPicture } from "./build-picture.js";
import { otherModel, readOnnxFile } from "./onnx-file.js";
import type { ExitCode, Session } from "./session.js";
import { UsageError } from "./usage.js";

interface FromOnnx {
  readonly path: string;
  readonly output: string;
  readonly target: string;
  readonly model?: string | undefined;
  /** Sizes of open axes, by name. */
  readonly set: ReadonlyMap<string, string>;
  readonly depth: number | "all" | undefined;
  readonly convention?: MacsConvention | undefined;
}

export async function buildFromOnnx(session: Session, args: FromOnnx): Promise<ExitCode> {
  const { path, output, target } = args;
  if (target !== "svg" && target !== "ir") {
    const detail = `--target ${target} is made from a .lfer file; an ONNX file can be drawn (svg) or listed (ir)`;
    throw new UsageError(diagnose("tool/wrong-usage", { command: "build", detail }));
  }
  const refuse = (problem: Problem): ExitCode => {
    session.report([problem.diagnose({})]);
    return 1;
  };
  const network = await readOnnxFile(session, resolve(session.cwd, path), args.set);
  if (isProblem(network)) return refuse(network);
  const other = otherModel(network, args.model);
  if (other !== undefined) return refuse(other);
  if (!(await keepsFiles(session, output, [path]))) return 1;
  if (target === "svg") return buildPicture(session, args, network.graph);
  return (await writeOutput(session, output, [new TextEncoder().encode(printGraph(network.graph))])) ? 0 : 1;
}
