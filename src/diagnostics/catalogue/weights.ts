export const weightsEntries = {} as const;
