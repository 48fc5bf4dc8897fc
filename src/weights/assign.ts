import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { StoredTensor, WeightFile } from "./safetensors.js";

/** Of each kind of mistake so many are listed, the rest counted. */
const listedOfEachKind = 10;

/** PyTorch's counter of training batches: no network computes with it. */
const ignored = /(^|\.)num_batches_tracked$/;

export interface Assignment {
  /** By slot name; complete when there are no diagnostics. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Matches a weight file's tensors to the graph's slots by name and shape; all mistakes are reported at once. */
export function assignWeights(graph: Graph, stored: WeightFile): Assignment {
  const { file } = stored;
  const slots = new Map(graph.slots.map((slot) => [slot.name, bindShape(typeOf(graph, slot.value).shape, 1)]));
  const surplus = [...stored.tensors.values()].filter(({ name }) => !slots.has(name) && !ignored.test(name));
  const weights = new Map<string, Float32Array>();
  const missing: Diagnostic[] = [];
  const misShaped: Diagnostic[] = [];
  const notFinite: Diagnostic[] = [];
  for (const [tensor, shape] of slots) {
    const found = stored.tensors.get(tensor);
    if (found === undefined) {
      // Suggestions cost a comparison with every surplus name: only for those that are shown.
      const suggestion = missing.length < listedOfEachKind ? suggestOfShape(tensor, shape, surplus) : undefined;
      missing.push(diagnose("weights/missing-tensor", { file, tensor, shape, suggestion }));
    } else if (!sameSizes(found.shape, shape)) {
      misShaped.push(diagnose("weights/wrong-shape", { file, tensor, expected: shape, actual: found.shape }));
    } else {
      const values = found.float32();
      const broken = describeNotFinite(values);
      if (broken !== undefined) notFinite.push(diagnose("weights/not-finite", { file, tensor, ...broken }));
      weights.set(tensor, values);
    }
  }
  const unfilled = [...slots].filter(([name]) => !stored.tensors.has(name));
  const surplusDiagnostics = surplus.map(({ name, shape }, i) => {
    const near = unfilled.filter(([, wanted]) => sameSizes(shape, wanted)).map(([wanted]) => wanted);
    const suggestion = i < listedOfEachKind ? suggest(name, near) : undefined;
    return diagnose("weights/surplus-tensor", { file, tensor: name, shape, suggestion });
  });
  const diagnostics = [
    ...cut(file, "missing", missing),
    ...cut(file, "surplus", surplusDiagnostics),
    ...cut(file, "mis-shaped", misShaped),
    ...cut(file, "not finite", notFinite),
  ];
  return { weights, diagnostics };
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** The surplus tensor of this shape whose name is nearest, or the only one of this shape. */
function suggestOfShape(name: string, shape: readonly number[], surplus: readonly StoredTensor[]): string | undefined {
  const candidates = surplus.filter((tensor) => sameSizes(tensor.shape, shape)).map((tensor) => tensor.name);
  return suggest(name, candidates) ?? (candidates.length === 1 ? candidates[0] : undefined);
}

function describeNotFinite(values: Float32Array) {
  let count = 0;
  let index = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    if (count === 0) index = i;
    count++;
  }
  return count === 0 ? undefined : { index, value: values[index] as number, count };
}

function cut(
  file: string,
  kind: "missing" | "surplus" | "mis-shaped" | "not finite",
  all: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (all.length <= listedOfEachKind) return all;
  const more = all.length - listedOfEachKind;
  return [...all.slice(0, listedOfEachKind), diagnose("weights/more-of-the-same", { file, kind, more })];
}
