import { resolve } from "node:path";
import type { Sources } from "../compiler.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import { writeFolderWhole } from "../hosts/write-folder.js";
import type { Graph } from "../ir/graph.js";
import type { OptimizeLevel } from "../passes/pipeline.js";
import { sourceDigest } from "../source/source-origin.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { buildFolder, type FolderBuild } from "../targets/tfjs-model/build-folder.js";
import { type FolderFiles, isModelFolder } from "../targets/tfjs-model/model-folder.js";
import { version } from "../version.js";
import type { WeightsType } from "../weights/weights-type.js";
import { formatBytes } from "./build-files.js";
import { outputName } from "./build-output.js";
import { liveLine } from "./live-line.js";
import { proofReport } from "./proof-progress.js";
import type { ExitCode, Session } from "./session.js";
import { isLiveTerminal } from "./terminal.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface FolderArguments extends WeightArguments {
  readonly output: string;
  readonly seed: number;
  readonly optimize: OptimizeLevel;
  readonly verify: boolean;
  readonly "weights-type": WeightsType;
}

type Built = Extract<FolderBuild, { kind: "built" }>;

const exponent = (error: number): string => error.toExponential(1);

/** The line that reports what was written, and the error found by the verification. */
function describe(output: string, { files, nodeCount, verification }: Built, type: WeightsType): string {
  const bytes = byteLengthOf([...files.values()].flat());
  // The verification uses float32 weights; the error of rounding has its own line.
  const rounded = type === "float32" ? "" : ", before rounding";
  const written = `${outputName(output)}: ${files.size} files, ${formatBytes(bytes)}, weights ${type}, ${nodeCount} nodes`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, graphError, fileError, engine } = verification;
  const file = fileError === undefined ? "" : `, in ${engine} ${exponent(fileError)}`;
  return `${written}; equal to the reference${rounded} (${input}, batch 2): kernels ${exponent(graphError)}${file}\n`;
}

/** `--target tfjs`: a folder that `tf.loadGraphModel` loads. */
export async function buildTfjsModel(
  session: Session,
  args: FolderArguments,
  { graph, sources, settings }: Input,
): Promise<ExitCode> {
  const { output, optimize: level, "weights-type": weightsType } = args;
  const weights = await readWeights(session, "build", args);
  if (weights === undefined) return 1;
  const report = proofReport(isLiveTerminal() ? liveLine() : undefined, session.talk);
  const built = await buildFolder(graph, {
    onProgress: report.show,
    level,
    weights,
    weightsType,
    verify: args.verify,
    loadRuntime: async () => (await import("../engines/tfjs/any-tfjs.js")).findTfjsWithConverter(),
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings },
  });
  report.clear();
  if (built.kind === "refused") {
    reportRefusal(session, built);
    return 1;
  }
  if (built.verification !== undefined && built.verification.fileError === undefined) {
    session.talk("only the kernels were verified, not the folder: no TensorFlow.js is installed beside lfer\n");
  }
  if (!(await writeFiles(session, output, built.files))) return 1;
  talkOfNames(session, built.account);
  session.talk(describe(output, built, weightsType));
  if (built.tied !== undefined) session.talk(`it takes one picture at a time: ${built.tied} depends on their number\n`);
  const { rounding } = built;
  if (rounding !== undefined) {
    session.talk(
      `weights as ${weightsType} lose at most ${exponent(rounding.error)} of a tensor's norm (${rounding.weight})\n`,
    );
  }
  return 0;
}

interface Input {
  readonly graph: Graph;
  readonly sources: Sources;
  readonly settings: ReadonlyMap<string, string>;
}

/** False if the folder cannot be written (reported). */
async function writeFiles(session: Session, output: string, files: FolderFiles): Promise<boolean> {
  const result = await writeFolderWhole(resolve(session.cwd, output), files, isModelFolder);
  if (result.kind === "written") return true;
  const wrong =
    result.kind === "occupied"
      ? diagnose("tfjs/not-a-model-folder", { path: output })
      : diagnose("tfjs/cannot-write-folder", { path: output, code: result.code, existed: result.existed });
  session.report([wrong]);
  return false;
}
