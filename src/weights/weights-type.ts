/** The stored types of a file's filters and matrices. */
export const weightsTypes = ["float32", "float16", "uint8"] as const;
export type WeightsType = (typeof weightsTypes)[number];

/** Those of ONNX files, where a Cast makes float32 of them. */
export const onnxWeightsTypes = ["float32", "float16"] as const satisfies readonly WeightsType[];

/** Filters and matrices take most of the space; biases and statistics are few, and each affects a whole channel. */
export const isRoundedShape = (shape: readonly unknown[]): boolean => shape.length >= 2;
