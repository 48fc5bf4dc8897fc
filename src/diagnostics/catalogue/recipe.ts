export const recipeEntries = {} as const;
