export const resolveEntries = {} as const;
