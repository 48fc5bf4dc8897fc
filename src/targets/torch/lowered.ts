import { invariant } from "../../diagnostics/invariant.js";
import type { Node } from "../../ir/graph.js";
import type { AnyOp } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import { isTorchLayer, type TorchExpression, type TorchLayer } from "../../ops/torch/lowering.js";

type AttributesOfAny = Parameters<AnyOp["window"]>[0];

/** How PyTorch writes a node: a layer with its weights, or an expression. */
export function loweringOf({ op, path, inputs }: Node): TorchLayer<AttributesOfAny> | TorchExpression<AttributesOfAny> {
  const found = findOp(op);
  invariant(found !== undefined, `op ${op} is not in the registry`);
  const { lowerToTorch: lowering } = found;
  if (typeof lowering === "function") return lowering;
  invariant(isTorchLayer(lowering), `${op} at ${path} is not for PyTorch`);
  const hasWeights =
    found.inputs === "many" || found.inputs.some(({ role }, i) => role !== "tensor" && i < inputs.length);
  return hasWeights || lowering.unweighted === undefined ? lowering : lowering.unweighted;
}

/** The layer, if the node is one. */
export function layerOf(node: Node): TorchLayer<AttributesOfAny> | undefined {
  const lowering = loweringOf(node);
  return typeof lowering === "function" ? undefined : lowering;
}
