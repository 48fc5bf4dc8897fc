import { join } from "node:path";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import type { Graph } from "../ir/graph.js";
import { buildOnnx } from "../targets/onnx/build.js";
import { defaultOpset } from "../targets/onnx/opsets.js";
import { version } from "../version.js";
import { runFiles } from "./run-files.js";
import { writeRunFile } from "./run-folder.js";

export interface ModelOrigin {
  readonly sourceSha256: string;
  /** What `--set` said. */
  readonly settings: ReadonlyMap<string, string>;
  readonly describeSpan: (span: Span) => string;
}

/** Writes `model.onnx` with the run's best weights, by the way that `lferc build` goes; or says what is wrong. */
export async function buildRunModel(
  folder: string,
  graph: Graph,
  { sourceSha256, settings, describeSpan }: ModelOrigin,
): Promise<readonly Diagnostic[]> {
  const path = join(folder, runFiles.best);
  const bytes = await readRegularFile(path);
  if (typeof bytes === "string") return [diagnose("train/bad-checkpoint", { path, reason: bytes })];
  const built = await buildOnnx(graph, {
    opset: defaultOpset,
    level: 1,
    weights: { kind: "file", file: runFiles.best, bytes },
    verify: true,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256, settings },
    describeSpan,
  });
  if (built.kind === "refused") return built.diagnostics;
  const unwritten = await writeRunFile(folder, runFiles.onnx, built.pieces);
  return isProblem(unwritten) ? [unwritten.diagnose({})] : [];
}
