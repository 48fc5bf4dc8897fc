export const syntaxEntries = {} as const;
