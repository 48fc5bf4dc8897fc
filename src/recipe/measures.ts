/** A counted quantity; always named with its unit, never a bare "flops". `flops` is 2 x MACs or a named tool's own figure. */
export type Quantity = "params" | "macs" | "madds" | "flops" | "mult_adds" | "activations";

/** The counting conventions and their quantities. */
export const conventions = {
  paper: ["params", "madds"],
  conv: ["params", "macs", "madds"],
  fvcore: ["macs", "activations"],
  thop: ["macs"],
  "thop-2020": ["macs"],
  torchstat: ["madds", "macs"],
  ptflops: ["macs"],
  "ptflops-aten": ["macs"],
  torchinfo: ["mult_adds"],
  calflops: ["flops", "macs"],
  torch: ["flops"],
  deepspeed: ["flops", "macs"],
  keras: ["flops"],
  "onnx-tool": ["macs"],
} as const satisfies Record<string, readonly Quantity[]>;

export type ConventionName = keyof typeof conventions;

/** The convention wherever none is named: most model cards quote its macs and activations. */
export const defaultConvention = "fvcore" as const satisfies ConventionName;

/** Measures of a check without a convention: `params` is every trained number, shared ones once; bytes are those of float32. */
export const plainMeasures = ["params", "param_bytes", "peak_activation_bytes", "receptive_field"] as const;

/**
 * Measures of a check that are measured, not counted: the command that measures them, and the unit. `accuracy` and the like
 * refer to a part of a data set, `"faces/test"`; the others to a device, by its name in `bench --device`.
 */
export const measuredFigures = {
  accuracy: { by: "eval", unit: "share" },
  mean_class_accuracy: { by: "eval", unit: "share" },
  macro_f1: { by: "eval", unit: "share" },
  calibration_error: { by: "eval", unit: "share" },
  latency: { by: "bench", unit: "ms" },
  peak_memory: { by: "bench", unit: "bytes" },
} as const satisfies Record<string, { readonly by: "eval" | "bench"; readonly unit: "share" | "ms" | "bytes" }>;

export type MeasuredName = keyof typeof measuredFigures;
