/** How a GraphModel's filters and matrices may be stored. */
export const weightsTypes = ["float32", "float16", "uint8"] as const;
export type WeightsType = (typeof weightsTypes)[number];
