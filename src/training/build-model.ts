import { join } from "node:path";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import type { Graph } from "../ir/graph.js";
import { buildOnnx } from "../targets/onnx/build.js";
import type { Pieces } from "../targets/onnx/framing.js";
import { defaultOpset } from "../targets/onnx/opsets.js";
import { version } from "../version.js";
import { runFiles } from "./run-files.js";
import { writeRunFile } from "./run-folder.js";

export interface ModelOrigin {
  readonly sourceSha256: string;
  /** The settings of `--set`. */
  readonly settings: ReadonlyMap<string, string>;
  readonly describeSpan: (span: Span) => string;
  /** Whether the file is verified against the reference: required for files, not for bytes that stay in memory. */
  readonly verify: boolean;
}

export type BestModel =
  | { readonly kind: "built"; readonly pieces: Pieces }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/** The bytes of `model.onnx` with the run's best weights, built as by `lferc build`; or a problem. */
export async function buildBestModel(
  folder: string,
  graph: Graph,
  { sourceSha256, settings, describeSpan, verify }: ModelOrigin,
): Promise<BestModel> {
  const path = join(folder, runFiles.best);
  const bytes = await readRegularFile(path);
  if (typeof bytes === "string") {
    return { kind: "refused", diagnostics: [diagnose("train/bad-checkpoint", { path, reason: bytes })] };
  }
  return buildOnnx(graph, {
    opset: defaultOpset,
    level: 1,
    weights: { kind: "file", file: runFiles.best, bytes },
    verify,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256, settings },
    describeSpan,
  });
}

/** Writes a verified `model.onnx`, or returns a problem. */
export async function buildRunModel(
  folder: string,
  graph: Graph,
  origin: Omit<ModelOrigin, "verify">,
): Promise<readonly Diagnostic[]> {
  const built = await buildBestModel(folder, graph, { ...origin, verify: true });
  if (built.kind === "refused") return built.diagnostics;
  const unwritten = await writeRunFile(folder, runFiles.onnx, built.pieces);
  return isProblem(unwritten) ? [unwritten.diagnose({})] : [];
}
