/** The elements of a diagram before folding: inputs, layers, weights that are read like tensors, outputs. */
import type { MacsConvention } from "../../analysis/conventions.js";
import { countLayer, countTotal } from "../../analysis/counts.js";
import { type Layer, layersOf } from "../../analysis/layers.js";
import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import type { Graph, GraphInput, GraphOutput, ValueId } from "../../ir/graph.js";

export interface Cost {
  readonly params: number;
  readonly macs: number;
}

/** An indivisible element of the diagram. */
export interface Atom extends Cost {
  /** Its index in the emitted order. */
  readonly index: number;
  readonly kind: "input" | "weight" | "layer" | "output";
  /** `["stage2", "unit_1", "conv_2"]`. */
  readonly path: readonly string[];
  /** The values it reads, each once, without its own weights. */
  readonly reads: readonly ValueId[];
  readonly makes: readonly ValueId[];
  readonly layer?: Layer;
  readonly input?: GraphInput;
  readonly output?: GraphOutput;
}

/** The atoms of a graph, with the producer and readers of each value. */
export interface AtomGraph {
  readonly graph: Graph;
  readonly atoms: readonly Atom[];
  readonly maker: ReadonlyMap<ValueId, Atom>;
  readonly readers: ReadonlyMap<ValueId, readonly Atom[]>;
  /** The convention for macs. */
  readonly convention: MacsConvention;
  readonly total: Cost;
}

/** The inputs of a layer that are tensors, including slots used as tensors. */
function tensorsOf({ node, op }: Layer): readonly ValueId[] {
  const { inputs } = op;
  const tensors = inputs === "many" ? node.inputs : node.inputs.filter((_, i) => inputs[i]?.role === "tensor");
  return [...new Set(tensors)];
}

/** The atoms of a graph; a problem if its macs are too many to be exact. Linear. */
export function atomsOf(graph: Graph, convention: MacsConvention): AtomGraph | Problem {
  const layers = layersOf(graph);
  const macs = countTotal(layers, convention, "macs");
  if (isProblem(macs)) return macs;
  const atoms: Atom[] = [];
  const maker = new Map<ValueId, Atom>();
  const readers = new Map<ValueId, Atom[]>();
  const add = (atom: Omit<Atom, "index">): void => {
    const made: Atom = { ...atom, index: atoms.length };
    atoms.push(made);
    for (const value of made.makes) maker.set(value, made);
    for (const value of made.reads) {
      const known = readers.get(value);
      if (known === undefined) readers.set(value, [made]);
      else known.push(made);
    }
  };
  const free = { params: 0, macs: 0 };
  for (const input of graph.inputs)
    add({ kind: "input", path: [input.name], reads: [], makes: [input.value], input, ...free });
  const slotNames = new Map(graph.slots.map(({ value, name }) => [value, name]));
  for (const layer of layers) {
    const reads = tensorsOf(layer);
    for (const value of reads) {
      const name = slotNames.get(value);
      if (name !== undefined && !maker.has(value))
        add({ kind: "weight", path: name.split("."), reads: [], makes: [value], ...free });
    }
    const path = layer.node.path.split(".");
    const cost = { params: layer.params, macs: countLayer(layer, convention, "macs") };
    add({ kind: "layer", path, reads, makes: layer.node.outputs, layer, ...cost });
  }
  for (const output of graph.outputs)
    add({ kind: "output", path: [output.name], reads: [output.value], makes: [], output, ...free });
  const params = layers.reduce((sum, layer) => sum + layer.params, 0);
  return { graph, atoms, maker, readers, convention, total: { params, macs } };
}

/** The sum of their costs. */
export function costOf(atoms: readonly Atom[]): Cost {
  let params = 0;
  let macs = 0;
  for (const atom of atoms) {
    params += atom.params;
    macs += atom.macs;
  }
  return { params, macs };
}
