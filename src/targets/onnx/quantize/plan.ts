/**
 * Which nodes of a file run on whole numbers, and which tensors are rounded for it. A tensor is rounded if a layer on whole numbers reads
 * or makes it, or an op between such tensors. A layer that makes an output of the network gives float32, or, if its kernel cannot, stays
 * float32 as a whole: scores of 8 bits would often be equal. So does a convolution that makes a single cell.
 */

import { elementTypes } from "../edge-types.js";
import type { NodeProto, OnnxParts, TensorProto, ValueInfoProto } from "../emit.js";
import { int8FormOf } from "./int8-forms.js";

/** A layer with weights that could run on whole numbers. */
export interface Int8Layer {
  /** Its path in the network: the node's name. */
  readonly name: string;
  readonly node: NodeProto;
  readonly input: string;
  readonly weight: FixedWeight;
  readonly bias: string | undefined;
}

/** A weight that stands in the file; `turned` if the file reads it by a transposition. */
export interface FixedWeight {
  readonly name: string;
  /** The value that the node reads. */
  readonly read: string;
  readonly tensor: TensorProto;
  readonly turned: boolean;
  readonly axis: number;
}

export interface Int8Plan {
  /** Layers that run on whole numbers. */
  readonly layers: readonly Int8Layer[];
  /** For each tensor that is rounded, the one whose range it has. */
  readonly rounded: ReadonlyMap<string, string>;
}

/** What the plans of one file have in common. */
export interface FileFacts {
  readonly parts: OnnxParts;
  /** Layers that can run on whole numbers, in order. */
  readonly candidates: readonly Int8Layer[];
  readonly readers: ReadonlyMap<string, readonly NodeProto[]>;
  readonly makers: ReadonlyMap<string, NodeProto>;
  readonly constants: ReadonlyMap<string, TensorProto>;
  readonly floats: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
  /** Values that only exist inside an op of the network. */
  readonly inner: (name: string) => boolean;
}

const nameOf = ({ name }: { readonly name?: string | null | undefined }): string => name ?? "";

/** Reads a file's parts once; `isOwn` tells values of the network from those inside an op. */
export function factsOf(parts: OnnxParts, isOwn: (name: string) => boolean): FileFacts {
  const readers = new Map<string, NodeProto[]>();
  for (const node of parts.nodes) {
    for (const input of new Set(node.input)) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const typed = [...parts.inputs, ...parts.edges, ...parts.outputs];
  const floats = new Set(
    typed.filter(({ type }) => type?.tensor_type?.elem_type === elementTypes.float32).map((info) => nameOf(info)),
  );
  const facts = {
    parts,
    readers,
    makers: new Map(parts.nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const))),
    constants: new Map(parts.initializers.map((tensor) => [nameOf(tensor), tensor] as const)),
    floats,
    outputs: new Set(parts.outputs.map((info) => nameOf(info))),
    inner: (name: string) => !isOwn(name),
  };
  const candidates = parts.nodes.flatMap((node) => {
    const layer = layerOf(node, facts);
    if (layer === undefined) return [];
    const gains = form(node).givesFloat || !(feedsOutput(facts, node) || isOneCell(typed, node));
    return gains ? [layer] : [];
  });
  return { ...facts, candidates };
}

/** Whether a convolution makes a map of one cell: it takes no time to speak of, and everything behind it depends on its numbers. */
function isOneCell(typed: readonly ValueInfoProto[], { output }: NodeProto): boolean {
  const info = typed.find(({ name }) => name === output?.[0]);
  const [, , ...map] = info?.type?.tensor_type?.shape?.dim ?? [];
  return map.length > 0 && map.every(({ dim_value: size }) => Number(size) === 1);
}

function form(node: NodeProto): { readonly givesFloat: boolean } {
  const found = int8FormOf(node);
  return { givesFloat: found?.kind === "weighted" && found.givesFloat };
}

/** Whether its result is an output, or becomes one by moving only. */
function feedsOutput(facts: Omit<FileFacts, "candidates">, node: NodeProto): boolean {
  const [result = ""] = node.output ?? [];
  if (facts.outputs.has(result)) return true;
  const readers = facts.readers.get(result) ?? [];
  return readers.some((reader) => int8FormOf(reader)?.kind === "moves" && feedsOutput(facts, reader));
}

function layerOf(
  node: NodeProto,
  { constants, makers }: Pick<FileFacts, "constants" | "makers">,
): Int8Layer | undefined {
  const found = int8FormOf(node);
  if (found?.kind !== "weighted") return undefined;
  const [input = "", read = "", bias = ""] = node.input ?? [];
  const maker = makers.get(read);
  const turned = maker?.op_type === "Transpose";
  const name = turned ? (maker.input?.[0] ?? "") : read;
  const tensor = constants.get(name);
  if (tensor === undefined || constants.has(input) || (tensor.dims?.length ?? 0) < 2) return undefined;
  if (turned && tensor.dims?.length !== 2) return undefined;
  if (node.op_type === "MatMul" && tensor.dims?.length !== 2) return undefined;
  if (bias !== "" && !constants.has(bias)) return undefined;
  return {
    name: nameOf(node),
    node,
    input,
    weight: { name, read, tensor, turned, axis: found.axis },
    bias: bias === "" ? undefined : bias,
  };
}

/** The plan in which these layers stay float32. */
export function planInt8(facts: FileFacts, inFloat: ReadonlySet<string>): Int8Plan {
  const layers = facts.candidates.filter(({ name }) => !inFloat.has(name));
  const ofNode = new Map(layers.map((layer) => [layer.node, layer]));
  const rounded = new Map<string, string>();
  const round = (name: string, like = name): void => {
    if (!rounded.has(name)) rounded.set(name, rounded.get(like) ?? like);
  };
  const wanted = new Set(layers.map(({ input }) => input));
  // Inputs of the network have no maker, so they are not met below.
  for (const info of facts.parts.inputs) if (wanted.has(nameOf(info))) round(nameOf(info));
  for (const node of facts.parts.nodes) {
    const found = int8FormOf(node);
    const [input = ""] = node.input ?? [];
    const outputs = node.output ?? [];
    const isRounded = (name: string): boolean => rounded.has(name);
    if (ofNode.has(node) || (found?.kind === "combines" && (node.input ?? []).every(isRounded))) {
      for (const name of outputs) {
        const isOwn = ofNode.has(node) || !facts.inner(name);
        if (isOwn && !isClipped(facts, name) && !givesFloat(facts, node, name)) round(name);
      }
    } else if (found?.kind === "moves" && isRounded(input)) {
      for (const name of outputs) if (!facts.outputs.has(name)) round(name, input);
    } else if (found?.kind === "clips" && comesFromInt8(facts, node, ofNode, rounded)) {
      for (const name of outputs) round(name);
    }
    for (const name of outputs) if (wanted.has(name)) round(name);
  }
  return { layers, rounded };
}

/** Whether a kernel gives float32 here: the value is an output, or only read by what makes one in float32. */
function givesFloat(facts: FileFacts, node: NodeProto, name: string): boolean {
  return form(node).givesFloat && (facts.outputs.has(name) || feedsOutput(facts, node) || facts.inner(name));
}

/** The one node that cuts the value off, if rounding can do that: nothing else reads it. */
function clipOf(facts: FileFacts, name: string): NodeProto | undefined {
  const readers = facts.readers.get(name) ?? [];
  const [reader] = readers;
  if (reader === undefined || readers.length > 1 || facts.outputs.has(name)) return undefined;
  return int8FormOf(reader)?.kind === "clips" && beginsAtZero(facts, reader) ? reader : undefined;
}

const isClipped = (facts: FileFacts, name: string): boolean => clipOf(facts, name) !== undefined;

/** Relu, or Clip from 0: the least whole number stands for 0. */
function beginsAtZero({ constants }: FileFacts, node: NodeProto): boolean {
  if (node.op_type === "Relu") return true;
  const least = constants.get(node.input?.[1] ?? "");
  return least !== undefined && floatsOf(least)[0] === 0;
}

/** Whether a clip follows a node on whole numbers, whose result is not rounded by itself. */
function comesFromInt8(
  facts: FileFacts,
  clip: NodeProto,
  ofNode: ReadonlyMap<NodeProto, Int8Layer>,
  rounded: ReadonlyMap<string, string>,
): boolean {
  const [input = ""] = clip.input ?? [];
  if (clipOf(facts, input) !== clip) return false;
  const maker = facts.makers.get(input);
  if (maker === undefined) return false;
  if (ofNode.has(maker)) return true;
  return int8FormOf(maker)?.kind === "combines" && (maker.input ?? []).every((name) => rounded.has(name));
}

/** A tensor's numbers. */
export function floatsOf({ raw_data: raw }: TensorProto): Float32Array {
  const bytes = raw ?? new Uint8Array();
  // The bytes may begin anywhere in a larger buffer.
  return new Float32Array(bytes.slice().buffer);
}
