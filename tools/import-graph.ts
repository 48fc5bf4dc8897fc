import { dirname, join } from "node:path/posix";

/** Files by path, and the paths of their imports: values, types, and lazily loaded ones. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const relativeImport = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"\n]+)\.js"/g;

/** The graph of TypeScript texts by path; a worker's file, which is named by a URL, counts too. */
export function importGraph(texts: ReadonlyMap<string, string>): ImportGraph {
  return new Map(
    [...texts].map(([path, text]) => {
      const imports = [...text.matchAll(relativeImport)].map(([, to]) => join(dirname(path), `${to}.ts`));
      return [path, [...new Set(imports)]];
    }),
  );
}

/** Groups of files in which each file reaches all others (Tarjan 1972), in the order of their names. */
export function circlesOf(graph: ImportGraph): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.get(path) as number);
    open.push(path);
    const lower = (to: number): void => void lowest.set(path, Math.min(lowest.get(path) as number, to));
    for (const next of graph.get(path) ?? []) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lower(lowest.get(next) as number);
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1 || graph.get(path)?.includes(path)) circles.push(circle.toSorted());
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return circles.toSorted();
}
