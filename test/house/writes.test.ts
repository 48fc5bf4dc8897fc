// Only src/hosts/ writes files, makes folders and removes things: one writer, one maker of folders, one of temporary folders, so that
// every failure has a code and nothing is left half written.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** Read-only functions. `open` is not among them: it can create a file. */
const looking = [
  "Dirent",
  "createReadStream",
  "existsSync",
  "lstat",
  "readFile",
  "readFileSync",
  "readdir",
  "readdirSync",
  "realpath",
  "stat",
  "statSync",
];

/** The parts of these lines that may write to disk without one of these names. */
function waysToWrite(text: string): readonly string[] {
  const found: string[] = [];
  const quoted = `["'\`]`;
  for (const [line, module = ""] of text.matchAll(/[^;]*?["'`]((?:node:)?(?:fs(?:\/promises)?|os))["'`][^\n]*/g)) {
    const names = /import(?:\s+type)?\s*\{([^}]*)\}\s*from\s*["'][^"']*["']/.exec(line)?.[1];
    if (names === undefined) {
      found.push(line.trim());
      continue;
    }
    for (const each of names.split(",")) {
      const name = each.trim().replace(/^type\s+/, "");
      const [imported = "", ...renamed] = name.split(/\s+/);
      if (imported === "") continue;
      const isFine = module.endsWith("os") ? imported !== "tmpdir" : looking.includes(imported);
      if (!isFine || renamed.length > 0) found.push(name);
    }
  }
  if (new RegExp(`process\\.binding|getBuiltinModule|createRequire|require\\(${quoted}`).test(text))
    found.push("require");
  return found;
}

suite("writing", (test) => {
  test("what can write is caught, however it is imported; what only reads is not", () => {
    for (const text of [
      'import { writeFile } from "node:fs/promises";',
      'import {\n  readFile,\n  mkdir,\n} from "node:fs/promises";',
      'import { open } from "fs/promises";',
      'import { readFile as f, createWriteStream as g } from "node:fs";',
      'import fs from "node:fs";',
      'import * as fs from "node:fs";',
      'const fs = await import("node:fs/promises");',
      'export { rm } from "node:fs/promises";',
      'import { tmpdir } from "node:os";',
      'import { promises } from "node:fs";',
      'const fs = process.getBuiltinModule("fs");',
    ]) {
      assert.ok(waysToWrite(text).length > 0, text);
    }
    assert.equal(
      waysToWrite(
        'import { type Dirent, existsSync } from "node:fs";\nimport { readFile, stat } from "node:fs/promises";\nimport { freemem } from "node:os";\n',
      ),
      [],
    );
  });

  test("is done in hosts/ only", () => {
    const files = (readdirSync(src, { recursive: true }) as string[])
      .map((file) => file.split(sep).join("/"))
      .filter((file) => file.endsWith(".ts") && !file.startsWith("hosts/") && !file.includes("/generated/"));
    assert.ok(files.length > 300);
    const found = files.flatMap((file) =>
      waysToWrite(readFileSync(join(src, file), "utf8")).map((way) => `${file}: ${way}`),
    );
    assert.equal(found, []);
  });

  test("a folder is never made by Node's recursive way, which does not end in /proc", () => {
    const files = readdirSync(join(src, "hosts"));
    const recursive = files.filter((file) =>
      /mkdir\w*\([^)]*recursive/.test(readFileSync(join(src, "hosts", file), "utf8")),
    );
    assert.equal(recursive, []);
  });
});
