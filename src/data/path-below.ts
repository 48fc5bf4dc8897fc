/**
 * A path of a table as one below the data's folder, with forward slashes and no detours; undefined where it leads out of it.
 * Tables come from anywhere, and none may have files read that were not asked for.
 */
export function pathBelow(written: string): string | undefined {
  const path = written.replaceAll("\\", "/");
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\0")) return undefined;
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.length === 0 ? undefined : names.join("/");
}
