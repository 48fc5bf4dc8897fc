export const importEntries = {} as const;
