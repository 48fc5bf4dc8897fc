export const onnxEntries = {} as const;
