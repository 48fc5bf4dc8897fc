/** The extension of source files. */
export const sourceEnding = ".lfer";

/** `a/./b/../c` as `a/c`, with forward slashes; undefined if the path leaves its project or is absolute. */
export function normalizePath(path: string): string | undefined {
  if (path.startsWith("/") || path.includes("\0")) return undefined;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
