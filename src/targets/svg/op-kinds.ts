import { invariant } from "../../diagnostics/invariant.js";
import type { OpFamily } from "../../ops/contracts.js";
import { type LayerOpName, layerOps } from "../../ops/registry.js";

/** What a layer does, as far as a picture tells layers apart: one colour each. */
export type OpKind = "convolution" | "dense" | "norm" | "activation" | "pooling" | "combination" | "rearrangement";

const kindOfFamily: Readonly<Record<Exclude<OpFamily, "training">, OpKind>> = {
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
export function opKind(name: LayerOpName): OpKind {
  const { family } = layerOps[name];
  invariant(family !== "training", `${name} is no op of networks`);
  return kindOfFamily[family];
}
