export const toolEntries = {} as const;
