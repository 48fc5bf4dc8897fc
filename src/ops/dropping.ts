/** Shared by dropout and drop_path: the identity at inference; in training a product with a mask, which is an input. */
import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { Dim, Shape, TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { type OpDefinition, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import { passOn } from "./tfjs/passing.js";
import type { TorchExpression } from "./torch/lowering.js";

const attributesFor = (doc: string) => attributesOf({ p: { kind: "float", min: 0, max: 1, doc } });

export type DroppingAttributes = AttributesOf<ReturnType<typeof attributesFor>>;

/** What defines an op that drops elements. */
interface DroppingFacts {
  readonly name: string;
  readonly doc: string;
  readonly surfaceDoc: string;
  readonly parameterDoc: string;
  readonly lowerToTorch: TorchExpression<DroppingAttributes>;
}

/** An op that acts only in training, by a mask (`maskOfNode`); at inference it is the identity. */
export function droppingOp({
  name,
  doc,
  surfaceDoc,
  parameterDoc,
  lowerToTorch,
}: DroppingFacts): OpDefinition<DroppingAttributes> {
  const attributes = attributesFor(parameterDoc);
  return {
    name,
    family: "passing",
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes,
    surfaces: [
      surface({
        name,
        kind: "function",
        doc: surfaceDoc,
        inputs: ["input"],
        parameters: { p: parameterOf(attributes.p) },
        resolve: ({ p }) => ({ p }),
      }),
    ],
    slots: () => ({}),
    inferTypes: ([input]) => floatProblem(name, [input as TensorType]) ?? [input as TensorType],
    work: () => work({}),
    evaluate: ([input]) => [input as Tensor],
    // The gradient of the inference form. Training differentiates the product with the mask (autodiff/training-form.ts).
    gradient: (_, __, gradients) => gradients,
    readOnnx: notReadBack("nothing at inference: it is written as Identity, and a Dropout is read as identity"),
    lowerToOnnx: (onnx, { inputs, outputs }) => {
      onnx.node("Identity", inputs, {}, outputs);
    },
    // Training multiplies by masks, which are inputs of the step.
    lowerToTorch,
    lowerToTfjs: passOn,
    window: () => undefined,
    spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
    isIdentity: () => true,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none" },
    inPlace: true,
  };
}

/** The mask that a node multiplies by in training: elements 0 or 1 / keep; each is kept with probability `keep`. */
export interface DroppingMask {
  readonly shape: Shape;
  readonly keep: number;
}

/** Mask shapes by op: one number per element, or one per sample. */
const maskShapes: Readonly<Record<string, (shape: Shape) => Shape>> = {
  dropout: (shape) => shape,
  drop_path: (shape) => shape.map((dim, axis): Dim => (axis === 0 ? dim : 1)),
};

/** The mask of a dropping node; undefined for all other ops, and if `keep` is 1. */
export function maskOfNode(graph: Graph, { op, attributes, inputs, path }: Node): DroppingMask | undefined {
  const shapeOf = Object.hasOwn(maskShapes, op) ? maskShapes[op] : undefined;
  if (shapeOf === undefined) return undefined;
  const { p } = attributes;
  invariant(typeof p === "number", `${op} at ${path} has no probability`);
  return { shape: shapeOf(typeOf(graph, inputs[0] as ValueId).shape), keep: 1 - p };
}
