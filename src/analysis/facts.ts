import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../ir/graph.js";
import type { GraphIndex } from "../ir/graph-index.js";
import { bindDim, elementCount, type Shape } from "../ir/shape.js";
import { keepsStatistics } from "../ops/batch-statistics.js";
import type { AnyOp, OpInput, Work } from "../ops/contracts.js";
import { foldedNorm } from "./folded-norm.js";

/** The facts that counting rules may use about one application of an op, batch 1. A fact that does not apply is undefined. */
export interface CountingFacts {
  readonly inputElements: number;
  readonly outputElements: number;
  readonly inputChannels: number | undefined;
  readonly outputPositions: number | undefined;
  readonly productsPerOutput: number | undefined;
  /** 1 with a bias, else 0. */
  readonly bias: number;
  readonly windowCells: number | undefined;
  readonly axisLength: number | undefined;
  readonly axisRows: number | undefined;
  readonly averagedCells: number | undefined;
  readonly parameters: number;
  /** Elements of the weight; 0 if an earlier layer has the same weight. */
  readonly freshWeights: number;
  /** 1 if the input is a map (four axes), else 0. */
  readonly isMap: number;
  /** 1 if the input is vectors (two axes), else 0. */
  readonly isVector: number;
  /** The first axis of the output at N = 1: above 1 if crops or patches are folded into the batch. */
  readonly samples: number;
  /** Positions of the input map: height * width. */
  readonly inputPositions: number | undefined;
  readonly outputChannels: number | undefined;
  /** Number of runs of elements that a norm normalises separately. */
  readonly normalisedRuns: number | undefined;
  /** 1 if a map is resized linearly, 0 for nearest neighbour. */
  readonly isLinear: number | undefined;
  /** 1 if a batch norm can be folded into the convolution or linear layer before it. */
  readonly folds: number | undefined;
  /** 1 if that folding gives the layer a bias that it did not have. */
  readonly addsBias: number | undefined;
}

/** The letters of counting formulas: the fact of each, and its meaning in words. */
export const factSymbols = {
  I: { fact: "inputElements", meaning: "elements of the input (of the first, where there are several)" },
  O: { fact: "outputElements", meaning: "elements of the output (of all outputs together)" },
  K: {
    fact: "productsPerOutput",
    meaning:
      "products that make one output element: kernel height * width * input channels / groups; input features of a linear layer; inner length of a matrix product; of a transposed convolution, those that one input element takes part in",
  },
  b: { fact: "bias", meaning: "1 with a bias, else 0" },
  C: { fact: "inputChannels", meaning: "channels of the input" },
  M: { fact: "outputPositions", meaning: "positions of the output map: height * width" },
  k: { fact: "windowCells", meaning: "cells of the pooling window; channels that a local response norm sums over" },
  n: { fact: "axisLength", meaning: "length of the axis that softmax goes over" },
  R: { fact: "axisRows", meaning: "how many such axes there are: I / n" },
  A: {
    fact: "averagedCells",
    meaning: "cells averaged for one output element: I / O (a fraction where bins do not fit the map)",
  },
  P: { fact: "parameters", meaning: "trained numbers of the layer" },
  w: { fact: "freshWeights", meaning: "elements of the weight; 0 where an earlier layer shares it" },
  m: { fact: "isMap", meaning: "1 where the input is a map (four axes), else 0" },
  v: { fact: "isVector", meaning: "1 where the input is vectors (two axes), else 0" },
  B: {
    fact: "samples",
    meaning: "size of the output's first axis for one picture: 1 unless crops or patches are folded into the batch",
  },
  S: { fact: "inputPositions", meaning: "positions of the input map: height * width" },
  F: { fact: "outputChannels", meaning: "channels of the output" },
  G: { fact: "normalisedRuns", meaning: "runs of elements that a layer norm treats, each by itself" },
  L: { fact: "isLinear", meaning: "1 where a map is resized linearly, 0 where by nearest cells" },
  f: {
    fact: "folds",
    meaning: "1 where the batch norm folds into the convolution (or linear layer of vectors) before it, else 0",
  },
  d: { fact: "addsBias", meaning: "1 where that folding adds a bias which the layer did not have, else 0" },
} as const satisfies Record<string, { readonly fact: keyof CountingFacts; readonly meaning: string }>;

export type FactSymbol = keyof typeof factSymbols;

/** Whether a batch norm is folded into the layer before it, and whether it adds a bias there. */
function foldingOf(graph: Graph, node: Node, index: GraphIndex): { readonly folds: number; readonly addsBias: number } {
  const folded = foldedNorm(graph, node, index);
  return {
    folds: Number(folded !== undefined),
    addsBias: Number(folded?.isFirst === true && folded.layer.inputs.length === 2),
  };
}

/** Sizes of a node's parameter inputs. `isFresh`: whether a slot's value has not occurred before. */
function heldBy(graph: Graph, node: Node, op: AnyOp, isFresh: (value: ValueId) => boolean) {
  const held = { parameters: 0, freshWeights: 0, bias: 0 };
  if (op.inputs === "many") return held;
  for (let i = 0; i < op.inputs.length; i++) {
    const { name, role } = op.inputs[i] as OpInput;
    const value = node.inputs[i];
    if (role !== "parameter" || value === undefined) continue;
    const elements = elementCount(typeOf(graph, value).shape);
    held.parameters += elements;
    if (name === "bias") held.bias = 1;
    if (name === "weight" && isFresh(value)) held.freshWeights = elements;
  }
  return held;
}

/** The size of an axis at N = 1; 1 if there is no such axis. */
const sizeAt = (shape: Shape, axis: number): number => bindDim(shape[axis] ?? 1, 1);

/** The facts of one node. `isFresh`: whether a slot's value has not occurred before. */
export function factsOf(
  graph: Graph,
  node: Node,
  op: AnyOp,
  index: GraphIndex,
  isFresh: (value: ValueId) => boolean,
): CountingFacts {
  const [inputs, outputs] = [typesOf(graph, node.inputs), typesOf(graph, node.outputs)];
  const first = inputs[0]?.shape;
  const output = outputs[0]?.shape ?? [];
  const inputElements = first === undefined ? 0 : elementCount(first);
  const outputElements = outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const { parameters, freshWeights, bias } = heldBy(graph, node, op, isFresh);
  const axis = node.attributes.axis;
  const axisLength = typeof axis === "number" && first !== undefined ? sizeAt(first, axis) : undefined;
  const window = op.window(node.attributes);
  const folding = keepsStatistics(node) ? foldingOf(graph, node, index) : undefined;
  const own = op.facts(inputs, outputs, node.attributes);
  return {
    inputElements,
    outputElements,
    inputChannels: first !== undefined && first.length > 1 ? sizeAt(first, 1) : undefined,
    outputPositions: output.length === 4 ? elementCount(output.slice(2)) : undefined,
    productsPerOutput: own.productsPerOutput,
    bias,
    windowCells: window === undefined ? own.windowCells : window.kernel[0] * window.kernel[1],
    axisLength,
    axisRows: axisLength === undefined ? undefined : inputElements / axisLength,
    averagedCells: own.averagedCells,
    parameters,
    freshWeights,
    isMap: first?.length === 4 ? 1 : 0,
    isVector: first?.length === 2 ? 1 : 0,
    samples: sizeAt(output, 0),
    inputPositions: first?.length === 4 ? elementCount(first.slice(2)) : undefined,
    outputChannels: output.length > 1 ? sizeAt(output, 1) : undefined,
    normalisedRuns: own.normalisedRuns,
    isLinear: own.isLinear,
    folds: folding?.folds,
    addsBias: folding?.addsBias,
  };
}

/** The op's own count of its arithmetic, batch 1. */
export function workOf(graph: Graph, node: Node, op: AnyOp): Work {
  return op.work(typesOf(graph, node.inputs), typesOf(graph, node.outputs), node.attributes);
}
