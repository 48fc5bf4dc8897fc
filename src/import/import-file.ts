/** The entry point of `lferc import`: an ONNX file to a text, its weights, and the proof that both are the file's network. */
import { statsOf } from "../analysis/stats.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { parseFlatList } from "../formats/bounded-json.js";
import type { Graph, Picture } from "../ir/graph.js";
import { typeOf } from "../ir/graph.js";
import { findOp } from "../ops/registry.js";
import { type ConventionName, conventions } from "../recipe/measures.js";
import type { WeightOrigin } from "../targets/onnx/read/node-site.js";
import { readOnnxModel } from "../targets/onnx/read/read-model.js";
import { readMetadataProps } from "../targets/onnx/read-props.js";
import type { VerificationRuntime } from "../targets/onnx/run-file.js";
import { type TensorToWrite, writeSafetensors } from "../weights/safetensors.js";
import { tensorsOfFile, weightsOfFile, withWeights } from "./file-weights.js";
import { type ImportedText, importGraph } from "./import-network.js";
import type { ImportProof } from "./prove-import.js";
import { simplify } from "./simplify.js";

export interface ImportRequest {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly path: string;
  /** The file's name without its ending. */
  readonly name: string;
  readonly sizes: ReadonlyMap<string, string>;
  readonly hasRecipe: boolean;
  readonly verify: boolean;
  readonly loadRuntime: () => Promise<VerificationRuntime | Problem>;
}

export type ImportResult =
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "imported";
      readonly text: string;
      /** The weights as a safetensors file, in pieces. */
      readonly weights: readonly Uint8Array[];
      readonly graph: Graph;
      /** What the file does not have as it was trained, in sentences. */
      readonly remarks: readonly string[];
      readonly warnings: readonly Diagnostic[];
      readonly proof?: ImportProof;
      /** Why the outputs were not compared. */
      readonly runtimeMissing?: Diagnostic;
      readonly hasBlocks: boolean;
    };

const refused = (...diagnostics: readonly Diagnostic[]): ImportResult => ({ kind: "refused", diagnostics });

interface Read {
  readonly graph: Graph;
  readonly origins: ReadonlyMap<string, WeightOrigin>;
  readonly warnings: readonly Diagnostic[];
  readonly isFixed: boolean;
}

function read({ bytes, path, name, sizes }: ImportRequest): Read | readonly Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const origins = new Map<string, WeightOrigin>();
  const warn = (warning: Problem): void => void warnings.push(warning.diagnose({}));
  const graph = readOnnxModel({ bytes, path, name, sizes, warn, origins });
  if (isProblem(graph)) return [graph.diagnose({})];
  if (warnings.some(({ code }) => code === "onnx/counted-as-float32")) return [otherNumbers(bytes, path)];
  const simple = simplify(graph);
  return { graph: { ...simple.graph, name: graph.name }, origins, warnings, isFixed: simple.isFixed };
}

/** The first node that rounds, or the first weight that is not float32. */
function otherNumbers(bytes: Uint8Array, path: string): Diagnostic {
  const { model } = tensorsOfFile(bytes);
  const rounding = (model.graph?.node ?? []).find(({ op_type: type }) => /Quantize/.test(type ?? ""));
  const node = rounding?.name || (rounding?.output?.[0] ?? model.graph?.initializer?.[0]?.name ?? "");
  return diagnose("onnx/no-word-for-node", {
    path,
    node,
    opType: rounding?.op_type ?? "a weight",
    reason: rounding === undefined ? "its numbers are not float32" : "it rounds to whole numbers",
    needed: "Export the network in float32, before it is quantised or converted; `lferc build` can do that again.",
  });
}

/** The picture and the class names that a file of lferc's tells of. */
function described(graph: Graph, bytes: Uint8Array): Graph {
  const found = readMetadataProps(bytes);
  const props = found.kind === "props" ? found.props : new Map<string, string>();
  const numbers = (key: string): readonly number[] | undefined => {
    const list = parseFlatList(props.get(key) ?? "", Number.isFinite) as readonly number[] | undefined;
    return list?.length === 3 ? list : undefined;
  };
  const [mean, std] = [numbers("lfer.input.mean"), numbers("lfer.input.std")];
  const picture: Picture | undefined =
    mean === undefined || std === undefined || !std.every((each) => each > 0) ? undefined : { mean, std };
  const labels = parseFlatList(props.get("lfer.labels") ?? "", (item) => typeof item === "string");
  return {
    ...graph,
    inputs: graph.inputs.map((input) =>
      input.name === props.get("lfer.input") && picture ? { ...input, picture } : input,
    ),
    outputs: graph.outputs.map((output) => {
      const isLabelled =
        output.name === props.get("lfer.output") && typeOf(graph, output.value).shape[1] === labels?.length;
      return isLabelled ? { ...output, labels: labels as readonly string[] } : output;
    }),
  };
}

/** What the file lacks of the trained network. */
function remarksOf(graph: Graph, isFixed: boolean): readonly string[] {
  const biased = graph.nodes.some(
    ({ op, attributes }) => findOp(op)?.family === "convolution" && attributes.bias === true,
  );
  const remarks: string[] = [];
  // Only batch norms have running statistics, and only they fold.
  if (biased && !graph.slots.some(({ role }) => role === "statistic"))
    remarks.push("It has no batch norms: if it was trained with some, they are folded, and it trains on without them.");
  if (!graph.inputs.some(({ picture }) => picture !== undefined))
    remarks.push("The file does not say how a picture becomes its input: add picture(mean: ..., std: ...).");
  if (isFixed) remarks.push("Its sizes are for a batch of one picture.");
  return remarks;
}

/** The first count in which the text differs from the file. */
function otherCount(file: Graph, text: Graph, path: string): Diagnostic | undefined {
  const [a, b] = [file, text].map((graph) =>
    statsOf(graph, { conventions: Object.keys(conventions) as ConventionName[], facts: false }),
  );
  if (a === undefined || b === undefined || isProblem(a) || isProblem(b)) return undefined;
  const told = (stats: typeof a): string => JSON.stringify([stats.params, stats.counts]);
  if (told(a) === told(b)) return undefined;
  const what =
    a.params.total === b.params.total ? "its counts differ" : `${b.params.total} parameters, not ${a.params.total}`;
  return diagnose("onnx/import-differs", { path, what });
}

/** The weights by the names of the text. */
function renamed<T>(weights: ReadonlyMap<string, T>, { names }: ImportedText): ReadonlyMap<string, T> {
  return new Map([...weights].map(([name, data]) => [names.get(name) ?? name, data]));
}

export async function importOnnx(request: ImportRequest): Promise<ImportResult> {
  const { path, bytes } = request;
  const found = read(request);
  if (!("graph" in found)) return refused(...found);
  const { origins, warnings, isFixed } = found;
  const graph = described(found.graph, bytes);
  const tensors = tensorsOfFile(bytes);
  const weights = weightsOfFile(graph, tensors, origins);
  if ("slot" in weights) {
    const { slot: node, why: reason } = weights;
    const needed = "Save the file whole, with float32 weights as its initializers.";
    return refused(diagnose("onnx/no-word-for-node", { path, node, opType: "a weight", reason, needed }));
  }
  const remarks = remarksOf(graph, isFixed);
  const result = await importGraph(graph, [`Imported by lferc import.`, ...remarks], request.hasRecipe);
  if (result.kind === "no-word") {
    const { node } = result;
    const needed =
      "docs/ops.md lists what the language has. Export the network in other words there, or without this part.";
    const reason = "the language has no layer for it with these operands, or it is a long list of fixed numbers";
    return refused(diagnose("onnx/no-word-for-node", { path, node: node.path, opType: node.op, reason, needed }));
  }
  if (result.kind === "failed") return refused(diagnose("onnx/import-differs", { path, what: result.why }));
  const { imported } = result;
  const other = otherCount(graph, imported.graph, path);
  if (other !== undefined) return refused(other);
  const byName = renamed(weights, imported);
  const proven = request.verify ? await prove(request, imported, byName, { tensors, origins }) : {};
  if ("code" in proven) return refused(proven as Diagnostic);
  return {
    kind: "imported",
    text: imported.text,
    weights: writeSafetensors(tensorsToWrite(imported.graph, byName), new Map([["format", "pt"]])),
    graph: imported.graph,
    remarks,
    warnings,
    ...proven,
    hasBlocks: imported.hasBlocks,
  };
}

const tensorsToWrite = (graph: Graph, weights: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, TensorToWrite> =>
  new Map(
    graph.slots.map(({ name, value }) => [
      name,
      { shape: typeOf(graph, value).shape.map(Number), data: weights.get(name) ?? new Float32Array() },
    ]),
  );

interface File {
  readonly tensors: ReturnType<typeof tensorsOfFile>;
  readonly origins: ReadonlyMap<string, WeightOrigin>;
}

async function prove(
  { bytes, path, loadRuntime }: ImportRequest,
  imported: ImportedText,
  weights: ReadonlyMap<string, Float32Array>,
  { tensors, origins }: File,
): Promise<Diagnostic | { readonly proof?: ImportProof; readonly runtimeMissing?: Diagnostic }> {
  const runtime = await loadRuntime();
  if (isProblem(runtime)) return { runtimeMissing: runtime.diagnose({}) };
  const { proveImport } = await import("./prove-import.js");
  const back = new Map([...imported.names].map(([own, name]) => [name, own]));
  const rewrite = (others: ReadonlyMap<string, Float32Array>): Uint8Array =>
    withWeights(tensors, origins, new Map([...others].map(([name, data]) => [back.get(name) ?? name, data])));
  let proof: Awaited<ReturnType<typeof proveImport>>;
  try {
    proof = await proveImport({ graph: imported.graph, weights, bytes, rewrite }, runtime);
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return diagnose("onnx/import-differs", { path, what: `ONNX Runtime does not run it: ${reason}` });
  }
  if (proof.error <= proof.allowed && proof.isTelling) return { proof };
  if (proof.error <= proof.allowed) {
    const what = "its outputs hardly vary, or are mostly rounding, and so show nothing; --no-verify leaves them out";
    return diagnose("onnx/import-differs", { path, what });
  }
  const [error, allowed] = [proof.error, proof.allowed].map((each) => each.toExponential(1));
  return diagnose("onnx/import-differs", { path, what: `"${proof.output}" differs by ${error}, more than ${allowed}` });
}
