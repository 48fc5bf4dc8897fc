export const graphEntries = {} as const;
