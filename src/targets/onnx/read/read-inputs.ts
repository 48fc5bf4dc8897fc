/** The inputs of a file: their types, the batch axis, and open sizes. */
import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { readableName } from "../../../diagnostics/display-text.js";
import { suggest } from "../../../diagnostics/suggest.js";
import type { GraphBuilder } from "../../../ir/builder.js";
import type { Dim } from "../../../ir/shape.js";
import type { FixedOperand, Operand } from "../../../ops/onnx-node.js";
import type { onnx } from "../generated/onnx.js";
import type { WeightOrigin } from "./node-site.js";
import { dtypeName, dtypeOf } from "./tensor-numbers.js";

type GraphProto = onnx.GraphProto.$Properties;

export interface OnnxFile {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly path: string;
  /** The default name of the model, unless the file is from lferc and contains its name. */
  readonly name: string;
  /** Sizes for open axes of the file, by name. */
  readonly sizes: ReadonlyMap<string, string>;
  /** Takes what a reader of the figures must know. */
  readonly warn?: (warning: Problem) => void;
  /** Receives, for each weight of the graph, where its numbers are. */
  readonly origins?: Map<string, WeightOrigin>;
}

type Dimensions = readonly onnx.TensorShapeProto.Dimension.$Properties[];

/** The name of an open axis, or its size. */
function dimensionOf({ dim_param, dim_value }: Dimensions[number]): string | number {
  const size = Number(dim_value ?? 0);
  return dim_param || size === 0 ? (dim_param ?? "") : size;
}

const dimsOf = (info: onnx.ValueInfoProto.$Properties): Dimensions | undefined =>
  info.type?.tensor_type?.shape?.dim ?? undefined;

/** Shared by all inputs of a file. */
interface InputScope {
  readonly file: OnnxFile;
  /** Whether some input has an open first axis, or the file is from lferc: then a fixed first axis is not the batch. */
  readonly hasBatch: boolean;
  /** Names of open axes other than the batch, collected while reading. */
  readonly openNames: Set<string>;
  /** About the batch, which all inputs share. */
  readonly warnOnce: (warning: Problem) => void;
}

/** The sizes of an input: an open first axis is the batch, other open ones must be given. */
function inputType(info: onnx.ValueInfoProto.$Properties, { file, hasBatch, openNames, warnOnce }: InputScope) {
  const { path, sizes } = file;
  const input = info.name ?? "";
  const dims = dimsOf(info)?.map(dimensionOf);
  if (info.type?.tensor_type === undefined || info.type.tensor_type === null)
    return problem("onnx/not-a-model", { path, reason: `the input "${input}" is not a tensor` });
  const empty = dimsOf(info)?.findIndex((dim) => Object.hasOwn(dim, "dim_value") && Number(dim.dim_value) === 0) ?? -1;
  if (empty >= 0) {
    const reason = `the input "${input}" is empty: its axis ${empty} has the size 0`;
    return problem("onnx/not-a-model", { path, reason });
  }
  if (dims === undefined) return problem("onnx/not-a-model", { path, reason: `the input "${input}" has no shape` });
  const elementType = info.type?.tensor_type?.elem_type;
  const dtype = dtypeOf(elementType);
  if (dtype !== "float32" && dtype !== "bool") {
    return problem("onnx/unsupported-input", { path, input, type: dtypeName(elementType) });
  }
  const shape: Dim[] = [];
  for (const [axis, dim] of dims.entries()) {
    if (typeof dim === "number") {
      if (axis === 0 && dim > 1 && dims.length > 1 && !hasBatch) {
        warnOnce(problem("onnx/fixed-batch", { path, input, batch: dim }));
      }
      shape.push(dim);
      continue;
    }
    // `4N`, as lferc writes it: several crops of each sample.
    const multiple = /^(\d+)N$/.exec(dim)?.[1];
    if (axis === 0 || (dim !== "" && dim === dims[0]) || multiple !== undefined) {
      shape.push({ batch: Number(multiple ?? 1) });
      continue;
    }
    openNames.add(dim);
    const size = Number(sizes.get(dim));
    if (!Number.isSafeInteger(size) || size < 1) return problem("onnx/open-size", { path, input, axis, name: dim });
    shape.push(size);
  }
  return { dtype, shape } as const;
}

/** The inputs of the graph as values; older files list their initializers among them. */
export function readInputs(
  file: OnnxFile,
  graph: GraphProto,
  builder: GraphBuilder,
  { fixed, isOurs }: { readonly fixed: ReadonlyMap<string, FixedOperand>; readonly isOurs: boolean },
) {
  const operands = new Map<string, Operand>(fixed);
  const inputs = (graph.input ?? []).filter(({ name }) => !fixed.has(name ?? ""));
  const opensBatch = (info: onnx.ValueInfoProto.$Properties): boolean => {
    const [first] = dimsOf(info) ?? [];
    return first !== undefined && typeof dimensionOf(first) === "string";
  };
  let hasWarned = false;
  const warnOnce = (warning: Problem): void => {
    if (!hasWarned) file.warn?.(warning);
    hasWarned = true;
  };
  const scope = { warnOnce, file, hasBatch: isOurs || inputs.some(opensBatch), openNames: new Set<string>() };
  for (const info of inputs) {
    const name = info.name ?? "";
    const type = inputType(info, scope);
    if (isProblem(type)) return type;
    operands.set(name, { kind: "tensor", value: builder.input({ name: readableName(name) }, type), type });
  }
  const known = [...scope.openNames];
  const surplus = [...file.sizes.keys()].find((name) => !scope.openNames.has(name));
  if (surplus === undefined) return operands;
  const holes = { name: surplus, known: known.join(", "), suggestion: suggest(surplus, known) };
  return problem("resolve/unknown-setting", holes);
}
