import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { SettledNames } from "./names/settle-names.js";
import { readableDtypes } from "./number-formats.js";
import { type StoredTensor, shown } from "./weight-file.js";

/** Number of errors listed per kind; further ones are counted. */
const listedOfEachKind = 10;

export interface Assignment {
  /** By slot name; without diagnostics, complete except for slots that the map reinitialises. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Assigns a weight file's tensors to the graph's slots; all errors are reported at once. */
export function assignWeights(graph: Graph, { file: stored, names }: SettledNames): Assignment {
  const { file } = stored;
  const slots = new Map(graph.slots.map((slot) => [slot.name, bindShape(typeOf(graph, slot.value).shape, 1)]));
  const tensorOf = new Map([...names.slotOf].map(([tensor, slot]) => [slot, stored.tensors.get(tensor)]));
  const surplus = [...stored.tensors].filter(([name]) => !names.slotOf.has(name) && !names.dropped.has(name));
  const weights = new Map<string, Float32Array>();
  const missing: Diagnostic[] = [];
  const misShaped: Diagnostic[] = [];
  const unreadable: Diagnostic[] = [];
  const notFinite: Diagnostic[] = [];
  for (const [slot, shape] of slots) {
    const found = tensorOf.get(slot);
    if (found === undefined) {
      if (names.fresh.has(slot)) continue;
      // A suggestion compares with every surplus name, so only listed errors get one.
      const suggestion = missing.length < listedOfEachKind ? suggestOfShape(slot, shape, surplus) : undefined;
      missing.push(diagnose("weights/missing-tensor", { file, tensor: slot, shape, suggestion }));
      continue;
    }
    const tensor = shown(found.name);
    const { dtype, shape: actual } = found;
    if (!sameSizes(actual, shape)) {
      const holes = { file, tensor, slot, expected: shape, actual: actual.slice(0, 16), hint: hintOf(actual, shape) };
      misShaped.push(diagnose("weights/wrong-shape", holes));
    } else if (found.float32 === undefined) {
      const supported = Object.keys(readableDtypes);
      unreadable.push(diagnose("weights/unsupported-dtype", { file, tensor, dtype: shown(dtype), supported }));
    } else {
      const values = found.float32();
      const broken = describeNotFinite(values);
      if (broken !== undefined) notFinite.push(diagnose("weights/not-finite", { file, tensor, ...broken }));
      weights.set(slot, values);
    }
  }
  const unfilled = [...slots].filter(([slot]) => !tensorOf.has(slot) && !names.fresh.has(slot));
  const slotOfShape = (name: string, shape: readonly number[]): string | undefined => {
    const near = unfilled.filter(([, wanted]) => sameSizes(shape, wanted)).map(([wanted]) => wanted);
    return suggest(name, near);
  };
  const surplusDiagnostics = surplus.map(([name, { shape }], i) => {
    const suggestion = i < listedOfEachKind ? slotOfShape(name, shape) : undefined;
    return diagnose("weights/surplus-tensor", { file, tensor: shown(name), shape: shape.slice(0, 16), suggestion });
  });
  const diagnostics = [
    ...cut(file, "missing", missing),
    ...cut(file, "surplus", surplusDiagnostics),
    ...cut(file, "mis-shaped", misShaped),
    ...cut(file, "of an unreadable dtype", unreadable),
    ...cut(file, "not finite", notFinite),
  ];
  return { weights, diagnostics };
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** How two shapes may be related. */
function hintOf(actual: readonly number[], expected: readonly number[]): "transposed" | "reshaped" | undefined {
  if (actual.length === 2 && sameSizes([...actual].reverse(), expected)) return "transposed";
  const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);
  return count(actual) === count(expected) ? "reshaped" : undefined;
}

type Named = readonly [name: string, tensor: StoredTensor];

/** The surplus tensor of this shape with the most similar name, or the only one of this shape. */
function suggestOfShape(slot: string, shape: readonly number[], surplus: readonly Named[]): string | undefined {
  const candidates = surplus.filter(([, tensor]) => sameSizes(tensor.shape, shape)).map(([name]) => name);
  return suggest(slot, candidates) ?? (candidates.length === 1 ? shown(candidates[0] ?? "") : undefined);
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
  kind: "missing" | "surplus" | "mis-shaped" | "of an unreadable dtype" | "not finite",
  all: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (all.length <= listedOfEachKind) return all;
  const more = all.length - listedOfEachKind;
  return [...all.slice(0, listedOfEachKind), diagnose("weights/more-of-the-same", { file, kind, more })];
}
