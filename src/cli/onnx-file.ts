import { basename } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Graph } from "../ir/graph.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";

/** Whether a path names an ONNX file, which is counted, not compiled. */
export const isOnnxPath = (path: string): boolean => path.toLowerCase().endsWith(".onnx");

export interface OnnxNetwork {
  readonly graph: Graph;
  /** The file as the user would type it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What a reader of the figures must know. */
  readonly warnings: readonly Problem[];
}

/** The network of an ONNX file, or why it cannot be counted. `sizes`: of its open axes, by name. */
export async function readOnnxFile(
  session: Session,
  file: string,
  sizes: ReadonlyMap<string, string>,
): Promise<OnnxNetwork | Problem> {
  const { readModelFile } = await import("../deploy/model-file.js");
  const { readOnnxModel } = await import("../targets/onnx/read/read-model.js");
  session.note([file]);
  const path = displayPath(session.cwd, file);
  const bytes = await readModelFile(file);
  if (isProblem(bytes)) return bytes;
  const warnings: Problem[] = [];
  const warn = (warning: Problem): void => void warnings.push(warning);
  const graph = readOnnxModel({ bytes, path, name: basename(file).replace(/\.onnx$/i, ""), sizes, warn });
  return isProblem(graph) ? graph : { graph, path, bytes, warnings };
}

/** A problem if `--model` asks for another model than the file's only one. */
export function otherModel({ graph, path }: OnnxNetwork, model: string | undefined): Problem | undefined {
  if (model === undefined || model === graph.name) return undefined;
  const holes = { name: model, file: path, known: graph.name, suggestion: suggest(model, [graph.name]) };
  return problem("resolve/unknown-model", holes);
}
