/** Whether a path is in the part of a network named `part`: the part itself or anything below it. */
export const isWithin = (path: string, part: string): boolean => path === part || path.startsWith(`${part}.`);
