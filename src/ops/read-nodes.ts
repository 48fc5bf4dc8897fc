/** Readers of ONNX nodes that many ops share. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { OnnxNode, OnnxReader, OnnxReadSite, Reading } from "./onnx-node.js";

type NoAttributes = Readonly<Record<never, never>>;

/** Nodes with one tensor and no attributes. */
export const nodesOfOne = (...nodeTypes: readonly string[]): OnnxReader<NoAttributes> => ({
  nodeTypes,
  read: (site) => site.make([site.tensor(0)], {}),
});

/**
 * Before opset 7, arithmetic broadcast its second tensor only if told to, and from any axis on. From the last axes on it is what
 * newer opsets do.
 */
function oldBroadcast(site: OnnxReadSite<NoAttributes>): Problem | undefined {
  if (site.opset >= 7) return undefined;
  // About which buffer an op might reuse.
  site.attributes.pass("consumed_inputs");
  const isTold = site.attributes.int("broadcast", 0) === 1;
  const usual = site.shapeOf(0).length - site.shapeOf(1).length;
  const axis = counted(site.attributes.int("axis", usual), site.shapeOf(0).length);
  return isTold && axis !== usual ? site.refuse("it broadcasts from an axis on, as before opset 7") : undefined;
}

/** Nodes with two tensors; one may be a weight or a constant of the file. */
export const nodesOfTwo = (...nodeTypes: readonly string[]): OnnxReader<NoAttributes> => ({
  nodeTypes,
  read: (site) => {
    if (site.inputCount !== 2) return site.refuse(`it has ${site.inputCount} inputs; lferc counts it with two`);
    return oldBroadcast(site) ?? site.make([site.tensor(0), site.tensor(1)], {});
  },
});

/** Nodes with any number of tensors: combined one after the other. */
export const nodesOfMany = (...nodeTypes: readonly string[]): OnnxReader<NoAttributes> => ({
  nodeTypes,
  read: (site) => {
    // About which buffer an op might reuse, before opset 6.
    site.attributes.pass("consumed_inputs");
    const values = site.tensors();
    if (isProblem(values)) return values;
    const [first, ...others] = values;
    if (first === undefined) return site.refuse("it has no inputs");
    if (others.length === 0) return only(site.one("identity", [first]));
    let all: ValueId = first;
    for (const each of others) {
      const made = site.make([all, each], {});
      if (isProblem(made)) return made;
      all = made[0] as ValueId;
    }
    return [all];
  },
});

/** The only result of a node. */
export function only(value: ValueId | Problem): Reading {
  return isProblem(value) ? value : [value];
}

/** Whether a constant of the file equals this number, up to few written digits. */
export const isCloseTo = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-4;

/** An axis as an index from 0. */
export const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Whether these are valid axes for this rank, without repetition. */
export const areAxes = (axes: readonly number[], rank: number): boolean =>
  new Set(axes).size === axes.length && axes.every((axis) => axis >= 0 && axis < rank);

/** Axes from input 1 (opset 13 and later) or the attribute, as in the file. */
export const axesOf = (node: OnnxNode): readonly number[] | Problem | undefined =>
  node.has(1) ? node.plainNumbers(1) : node.attributes.ints("axes");
