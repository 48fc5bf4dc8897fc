import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Override {
  readonly includes: readonly string[];
  readonly linter?: { readonly rules?: { readonly style?: { readonly noRestrictedImports?: unknown } } };
}

const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8")) as { overrides: readonly Override[] };

/** Lints files under a folder of our layout with our rules; resolves to `FILE:LINE` of every forbidden import. */
function forbiddenImports(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "lfer-layers-"));
  try {
    const { $schema, ...rules } = config as Readonly<Record<string, unknown>>;
    writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...rules, vcs: { enabled: false } }));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const run = spawnSync(
      process.execPath,
      [biome, "lint", "--only=style/noRestrictedImports", "--reporter=github", "."],
      {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1" },
      },
    );
    return [...run.stdout.matchAll(/^::error .*?file=[^,]*?(src\/[^,]+),line=(\d+)/gm)]
      .map(([, file, line]) => `${file}:${line}`)
      .sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite("layers", (test) => {
  test("a forbidden import is caught, an allowed one is not", () => {
    assert.equal(
      forbiddenImports({
        "src/diagnostics/a.ts": 'export { x } from "../ir/graph.js";\nexport { y } from "./span.js";\n',
        "src/ops/a.ts":
          'import type { X } from "../semantics/scope.js";\nimport type { Y } from "../ir/graph.js";\nexport type Z = [X, Y];\n',
        "src/targets/onnx/a.ts": 'export { x } from "../../cli/main.js";\nexport { y } from "../../passes/fold.js";\n',
        "src/analysis/conventions/a.ts": 'export const x = await import("../../targets/onnx/emit.js");\n',
        "src/random/a.ts": 'export { x } from "../compiler.js";\n',
        "src/compiler.ts": 'export { x } from "./cli/main.js";\nexport { y } from "./semantics/check.js";\n',
        "src/cli/a.ts": 'export { x } from "../semantics/check.js";\nexport { y } from "../compiler.js";\n',
      }),
      [
        "src/analysis/conventions/a.ts:1",
        "src/compiler.ts:1",
        "src/diagnostics/a.ts:1",
        "src/ops/a.ts:1",
        "src/random/a.ts:1",
        "src/targets/onnx/a.ts:1",
      ],
    );
  });

  test("every folder of src has a rule", () => {
    const ruled = config.overrides
      .filter((override) => override.linter?.rules?.style?.noRestrictedImports !== undefined)
      .flatMap((override) => override.includes);
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    // Only the command line, which nobody may import, may import everything.
    const without = folders.map((entry) => entry.name).filter((name) => !ruled.includes(`src/${name}/**`));
    assert.equal(without, ["cli"]);
  });
});
