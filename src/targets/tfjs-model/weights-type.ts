/** The stored types of a GraphModel's filters and matrices. */
export const weightsTypes = ["float32", "float16", "uint8"] as const;
export type WeightsType = (typeof weightsTypes)[number];
