export const budgetEntries = {} as const;
