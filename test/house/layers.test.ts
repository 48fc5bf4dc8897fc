// Checks the imports of src against tools/layers.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { circlesOf, importGraph } from "../../tools/import-graph.js";
import { isNamed, layerOf, layers } from "../../tools/layers.js";
import { suite } from "../support/suite.js";

const root = fileURLToPath(new URL("../../src", import.meta.url));

const texts = new Map(
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !path.includes("generated/"))
    .toSorted()
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);
const graph = importGraph(texts);

/** `FROM -> TO` of every import that no row allows. */
const forbidden = (files: typeof graph): readonly string[] =>
  [...files].flatMap(([from, imports]) => {
    const own = layerOf(from);
    return imports
      .filter((to) => {
        const place = layerOf(to)?.place;
        return own === undefined || place === undefined || (place !== own.place && !isNamed(own, place));
      })
      .map((to) => `${from} -> ${to}`);
  });

suite("layers", (test) => {
  test("no file imports what its layer's row does not allow, be it only a type", () =>
    assert.equal(forbidden(graph), []));

  test("a row allows only rows above it, and nothing that is not used", () => {
    for (const [i, layer] of layers.entries()) {
      const above = layers.slice(0, i).map(({ place }) => place);
      const own = [...graph].filter(([path]) => layerOf(path) === layer);
      assert.ok(own.length > 0, `src has no ${layer.place}`);
      const used = own.flatMap(([, imports]) => imports.map((to) => layerOf(to)?.place ?? ""));
      const isUsed = (each: string): boolean => used.some((place) => isNamed({ ...layer, mayImport: [each] }, place));
      assert.equal(
        layer.mayImport.filter((each) => !above.includes(each) || !isUsed(each)),
        [],
        layer.place,
      );
    }
  });

  test("no circle, also inside of a folder, and type-only imports count", () => assert.equal(circlesOf(graph), []));

  test("what is forbidden is found: upward, sideways, through the root, in a type, in an import that comes later", () => {
    const found = forbidden(
      importGraph(
        new Map([
          ["diagnostics/a.ts", 'export { x } from "../ir/graph.js";\nexport { y } from "./span.js";\n'],
          ["ir/hole.ts", 'import { x } from "../build-model.js";\n'],
          ["ops/a.ts", 'import type { X } from "../semantics/scope.js";\nimport type { Y } from "../ir/graph.js";\n'],
          ["targets/svg/a.ts", 'export { x } from "../onnx/emit.js";\nexport { y } from "../../ir/graph.js";\n'],
          ["analysis/a.ts", 'export const x = await import("../targets/onnx/emit.js");\n'],
          ["analysis/b.ts", 'export type X = typeof import("../cli/main.js");\n'],
          ["utils/a.ts", 'import "../diagnostics/span.js";\n'],
        ]),
      ),
    );
    assert.equal(found, [
      "diagnostics/a.ts -> ir/graph.ts",
      "ir/hole.ts -> build-model.ts",
      "ops/a.ts -> semantics/scope.ts",
      "targets/svg/a.ts -> targets/onnx/emit.ts",
      "analysis/a.ts -> targets/onnx/emit.ts",
      "analysis/b.ts -> cli/main.ts",
      "utils/a.ts -> diagnostics/span.ts",
    ]);
  });

  test("circles are found, of two files, of more, and of a file with itself", () => {
    const circles = circlesOf(
      new Map([
        ["a", ["b", "e"]],
        ["b", ["c"]],
        ["c", ["a", "d"]],
        ["d", []],
        ["e", ["f"]],
        ["f", ["e", "f"]],
        ["g", ["g"]],
      ]),
    );
    assert.equal(circles, [["a", "b", "c"], ["e", "f"], ["g"]]);
  });
});
