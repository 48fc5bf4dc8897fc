import { familyOf, type LayerFamily, type LayerOpName } from "../../ops/registry.js";

/** The kind of a layer in a diagram: one colour each. */
export type OpKind = "convolution" | "dense" | "norm" | "activation" | "pooling" | "combination" | "rearrangement";

const kindOfFamily: Readonly<Record<LayerFamily, OpKind>> = {
  convolution: "convolution",
  product: "dense",
  norm: "norm",
  activation: "activation",
  softmax: "activation",
  function: "activation",
  passing: "activation",
  pooling: "pooling",
  reduction: "pooling",
  resizing: "pooling",
  arithmetic: "combination",
  comparison: "combination",
  logic: "combination",
  joining: "combination",
  movement: "rearrangement",
};

/** The kind of an op of networks. */
export const opKind = (name: LayerOpName): OpKind => kindOfFamily[familyOf(name)];
