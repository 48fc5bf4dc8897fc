/**
 * Normalises a table's path to one below the data's folder, with forward slashes; undefined if it leaves the folder. Tables are
 * untrusted: none may cause other files to be read.
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
