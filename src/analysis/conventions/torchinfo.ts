import { type Convention, counted, rulesOf, zero } from "../convention.js";

const noParameters = zero("no parameters: layer_info.py calculate_macs adds nothing");

/** What torchinfo 1.8.0 counts. */
export const torchinfo: Convention<"mult_adds"> = {
  name: "torchinfo",
  tool: "torchinfo 1.8.0",
  unit: "mult_adds: parameters of a layer times the positions at which it applies them.",
  held: "by runs",
  readings: [
    "Layers without parameters count 0; batch norm counts its parameters once, at any size of the map.",
    "Anything folded into the batch counts as batch: a linear layer on tokens counts its parameters once per sample, not per token.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { mult_adds: "B * M * P" },
        "layer_info.py calculate_macs: parameters (bias too) times the output's batch, height and width",
      ),
      product: counted({ mult_adds: "B * P" }, "layer_info.py calculate_macs: batch size times parameters (bias too)"),
      norm: counted({ mult_adds: "B * P" }, "layer_info.py calculate_macs: batch size times parameters"),
      activation: noParameters,
      softmax: noParameters,
      function: noParameters,
      passing: noParameters,
      pooling: noParameters,
      reduction: noParameters,
      resizing: noParameters,
      arithmetic: noParameters,
      comparison: noParameters,
      logic: noParameters,
      joining: noParameters,
      movement: noParameters,
    },
    {
      conv2d_transpose: counted(
        { mult_adds: "B * M * P" },
        "layer_info.py calculate_macs: parameters times batch and positions of the result",
      ),
      matmul: noParameters,
      local_response_norm: noParameters,
      prelu: counted({ mult_adds: "B * P" }, "layer_info.py calculate_macs: batch size times parameters"),
    },
  ),
};
