/** The numbers of a file's weights, as our layers hold them, and a file with other numbers. */
import type { Graph } from "../ir/graph.js";
import { typeOf } from "../ir/graph.js";
import { countOf, gather, rowMajorStrides } from "../ops/expand.js";
import { onnx } from "../targets/onnx/generated/onnx.js";
import type { WeightOrigin } from "../targets/onnx/read/node-site.js";

type TensorProto = onnx.TensorProto.$Properties;

/** Initializers by name, and by each further name that an Identity gives them. */
export interface FileTensors {
  readonly model: onnx.ModelProto.$Properties;
  readonly byName: ReadonlyMap<string, TensorProto>;
}

export function tensorsOfFile(bytes: Uint8Array): FileTensors {
  const model = onnx.ModelProto.decode(bytes);
  const byName = new Map((model.graph?.initializer ?? []).map((tensor) => [tensor.name ?? "", tensor]));
  for (const { op_type: opType, input, output } of model.graph?.node ?? []) {
    const known = opType === "Identity" ? byName.get(input?.[0] ?? "") : undefined;
    if (known !== undefined && !byName.has(output?.[0] ?? "")) byName.set(output?.[0] ?? "", known);
  }
  return { model, byName };
}

const float32 = 1;
const externalData = 1;

/** The numbers of an initializer, or why they cannot be taken, in a few words. */
function numbersOf(tensor: TensorProto): Float32Array | string {
  if (tensor.data_location === externalData) return "its numbers are in another file";
  if (tensor.data_type !== float32) return "its numbers are not float32";
  const raw = tensor.raw_data;
  const count = countOf((tensor.dims ?? []).map(Number));
  if (raw === null || raw === undefined || raw.byteLength === 0) {
    const listed = Float32Array.from(tensor.float_data ?? []);
    return listed.length === count ? listed : "its numbers are not in the file";
  }
  if (raw.byteLength !== 4 * count) return "it has another number of bytes than its shape";
  // A copy: its place in the file need not be a multiple of four bytes.
  return new Float32Array(Uint8Array.from(raw).buffer);
}

/** The axes of an initializer's numbers in the order of the slot's. */
function axesOf({ dims }: TensorProto, { permutation, isTurned }: WeightOrigin) {
  const own = (dims ?? []).map(Number);
  const order = permutation ?? own.map((_, axis) => axis);
  // A matrix that is given another shape is not turned.
  return { own, order: isTurned ? order.toReversed() : order };
}

/** The place in the initializer of each number of the slot; undefined if they are in the same order. */
function placesOf(tensor: TensorProto, origin: WeightOrigin): Float64Array | undefined {
  const { own, order } = axesOf(tensor, origin);
  if (order.every((axis, i) => axis === i)) return undefined;
  const strides = rowMajorStrides(own);
  return gather(
    Float64Array.from({ length: countOf(own) }, (_, i) => i),
    order.map((axis) => own[axis] ?? 1),
    order.map((axis) => strides[axis] ?? 0),
  );
}

/** The weights of the graph by slot, bit for bit; or the slot that has none, and why. */
export function weightsOfFile(
  graph: Graph,
  { byName }: FileTensors,
  origins: ReadonlyMap<string, WeightOrigin>,
): ReadonlyMap<string, Float32Array> | { readonly slot: string; readonly why: string } {
  const weights = new Map<string, Float32Array>();
  for (const { name, value } of graph.slots) {
    const origin = origins.get(name);
    const tensor = byName.get(origin?.initializer ?? "");
    if (origin === undefined || tensor === undefined) return { slot: name, why: "the file computes its numbers" };
    const numbers = numbersOf(tensor);
    if (typeof numbers === "string") return { slot: name, why: numbers };
    if (countOf(typeOf(graph, value).shape.map(Number)) !== numbers.length)
      return { slot: name, why: "it has another size than its layer" };
    const places = placesOf(tensor, origin);
    weights.set(name, places === undefined ? numbers : Float32Array.from(places, (place) => numbers[place] ?? 0));
  }
  return weights;
}

/** The bytes of the file with these numbers for its weights, by slot. */
export function withWeights(
  { model, byName }: FileTensors,
  origins: ReadonlyMap<string, WeightOrigin>,
  weights: ReadonlyMap<string, Float32Array>,
): Uint8Array {
  const changed = new Map<TensorProto, TensorProto>();
  for (const [slot, numbers] of weights) {
    const origin = origins.get(slot);
    const tensor = byName.get(origin?.initializer ?? "");
    if (origin === undefined || tensor === undefined) continue;
    const places = placesOf(tensor, origin);
    const data = numbers.slice();
    if (places !== undefined) for (const [i, place] of places.entries()) data[place] = numbers[i] ?? 0;
    changed.set(tensor, { ...tensor, float_data: [], raw_data: new Uint8Array(data.buffer) });
  }
  const { graph } = model;
  const initializer = (graph?.initializer ?? []).map((tensor) => changed.get(tensor) ?? tensor);
  return onnx.ModelProto.encode({ ...model, graph: { ...graph, initializer } }).finish();
}
