/** What a counter counts; always named with its unit, never a bare "flops". `flops` is 2 x MACs or a named tool's own figure. */
export type Quantity = "params" | "macs" | "madds" | "flops" | "mult_adds" | "activations";

/** The counting conventions and the quantities each of them gives; the first is the one meant when none is named. */
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

/**
 * What a check may ask for besides the conventions' quantities: `params` without a convention is every trained number,
 * shared ones once; the bytes are those of float32.
 */
export const plainMeasures = ["params", "param_bytes", "peak_activation_bytes", "receptive_field"] as const;

/**
 * What a check may ask for that nobody can count: it was measured, by which command, and what its numbers are. `accuracy` and its
 * kin are of a part of a data set, `"faces/test"`; the others of a device, by the name that `bench --device` was given.
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
