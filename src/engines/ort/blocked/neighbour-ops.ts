/** The ops that lowerings recognise before and after a node, to compute them together with it. */
import type { Node } from "../../../ir/graph.js";
import type { OnnxAttribute } from "../../../ops/contracts.js";

export const isConvolutionWithoutBias = (node: Node | undefined): boolean =>
  node?.op === "conv2d" && node.inputs.length === 2;

export const isWeightGradient = ({ op }: Node): boolean => op === "conv2d_weight_gradient";

export const isMaxPoolGradient = ({ op }: Node): boolean => op === "max_pool_input_gradient";

export const isNormInTraining = ({ op }: Node): boolean => op === "batch_norm_training";

/** The attributes that add the following activation to an NCHWc kernel, if the kernel supports it. */
export function activationAttributes(node: Node): Readonly<Record<string, OnnxAttribute>> | undefined {
  if (node.op === "relu") return { activation: "Relu" };
  return node.op === "relu6" ? { activation: "Clip", activation_params: { floats: [0, 6] } } : undefined;
}
