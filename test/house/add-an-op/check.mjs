// An op is added in four files: its own, a line of the registry, a truth row and the changelog. This script adds one, softsign, by a
// stored patch to a copy of the tree, and everything else must follow from the op's file.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const patch = fileURLToPath(new URL("softsign.patch", import.meta.url));

/** Files edited by hand, and the number of lines in each; the op's own file may have any length. */
const wanted = {
  "CHANGELOG.md": 4,
  "src/ops/registry.ts": 2,
  "src/ops/softsign.ts": undefined,
  "test/ops/cases.ts": 1,
};

/** Tests that cover every op, or every row. */
const tests =
  "(ops/(cases|doc|gradients|moves|surfaces|work)|analysis/(formula|numeric-field|peers)|targets/(onnx/read-model|tfjs)|docs/generated|house/op-names)";

const copy = mkdtempSync(join(tmpdir(), "add-an-op-"));

function run(command, ...args) {
  execFileSync(command, args, { cwd: copy, stdio: ["ignore", "inherit", "inherit"] });
}

/** The lines that the patch adds to each file; it removes none. */
function added() {
  const table = execFileSync("git", ["apply", "--numstat", "--unidiff-zero", patch], { cwd: copy, encoding: "utf8" });
  return table
    .trim()
    .split("\n")
    .map((row) => row.split("\t"));
}

try {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of listed.split("\0").filter(Boolean)) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  // A separate repository, so that git uses no other.
  run("git", "init", "--quiet");
  const rows = added();
  const found = rows.map(([, , path]) => path).toSorted();
  if (found.join() !== Object.keys(wanted).join()) throw new Error(`the patch touches ${found.join(", ")}`);
  for (const [plus, minus, path] of rows) {
    const most = wanted[path];
    if (minus !== "0" || (most !== undefined && Number(plus) > most)) throw new Error(`${path}: +${plus} -${minus}`);
  }
  // Each hunk has only the line before it as context, so that additions after it do not make it stale.
  run("git", "apply", "--unidiff-zero", patch);
  run(process.execPath, join(root, "node_modules/typescript/bin/tsc"), "--noEmit");
  run(process.execPath, "--import", "tsx", "tools/generate.ts");
  run(process.execPath, "tools/test.mjs", tests);
  console.log(`an op more: ${found.join(", ")}`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
