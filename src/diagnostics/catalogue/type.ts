export const typeEntries = {} as const;
