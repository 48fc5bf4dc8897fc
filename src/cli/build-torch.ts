import { join, resolve } from "node:path";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { makeFolder } from "../hosts/folders.js";
import { sourceDigest } from "../source/source-origin.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { buildTorchModule, moduleFile, moduleWeightsFile } from "../targets/torch/build-module.js";
import { version } from "../version.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { loadWeights } from "../weights/load-weights.js";
import { writeSafetensors } from "../weights/safetensors.js";
import { weightTensors } from "../weights/weight-tensors.js";
import { formatBytes, writeOutputs } from "./build-files.js";
import { outputName } from "./build-output.js";
import type { OneModel } from "./one-model.js";
import type { ExitCode, Session } from "./session.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface TorchArguments extends WeightArguments {
  readonly output: string;
}

/** `--target torch`: a folder with the network as a module of PyTorch, and its weights if some are given. */
export async function buildTorch(
  session: Session,
  args: TorchArguments,
  { model, compiled }: OneModel,
  settings: ReadonlyMap<string, string>,
): Promise<ExitCode> {
  const { sources } = compiled;
  const trained = model.asksTraining
    ? await session.compilePath(compiled.path, { model: model.name, set: settings, graphsOnly: true, training: true })
    : undefined;
  if (trained?.hasErrors) return 1;
  const built = buildTorchModule({
    deployed: model,
    training: trained?.compilation.models[0],
    lferVersion: version,
    sourceSha256: sourceDigest(sources),
    settings,
  });
  if (isProblem(built)) {
    session.report([built.diagnose({})]);
    return 1;
  }
  const files = new Map<string, readonly Uint8Array[]>([[moduleFile, [new TextEncoder().encode(built.text)]]]);
  if (args.weights !== undefined) {
    const source = await readWeights(session, "build", { ...args, seed: 0 });
    if (source === undefined) return 1;
    const loaded = loadWeights(built.graph, source);
    if (loaded.kind === "refused") {
      reportRefusal(session, loaded);
      return 1;
    }
    talkOfNames(session, loaded.account);
    files.set(
      moduleWeightsFile,
      writeSafetensors(weightTensors(built.graph, loaded.weights), labelMetadata(built.graph)),
    );
  }
  const folder = await makeFolder(resolve(session.cwd, args.output));
  if (folder.kind === "failed") {
    const { code } = folder;
    session.report([diagnose("onnx/cannot-write-file", { path: args.output, code, existed: false, isOneOfTwo: true })]);
    return 1;
  }
  const placed = [...files].map(([name, pieces]) => [join(args.output, name), pieces] as const);
  if (!(await writeOutputs(session, new Map(placed)))) return 1;
  const sizes = [...files].map(([name, pieces]) => `${name} ${formatBytes(byteLengthOf(pieces))}`).join(", ");
  session.talk(`${outputName(args.output)}: ${sizes}; class ${built.className}, ${built.graph.slots.length} tensors\n`);
  return 0;
}
