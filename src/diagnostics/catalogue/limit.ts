export const limitEntries = {} as const;
