/** The depth of a picture from `--depth`; undefined if it is neither a depth nor `all`. */
export function pictureDepth(depth: string): number | "all" | undefined {
  if (depth === "all") return depth;
  return /^[1-9]\d{0,5}$/.test(depth) ? Number(depth) : undefined;
}
