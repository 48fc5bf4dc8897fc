export const lintEntries = {} as const;
