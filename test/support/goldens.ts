import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";

const folder = fileURLToPath(new URL("../goldens/", import.meta.url));

/**
 * Compares text with `test/goldens/NAME`. `UPDATE_GOLDEN=1 npm test` writes the goldens; a missing one fails.
 */
export function assertGolden(name: string, actual: string): void {
  const path = join(folder, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  let expected: string;
  try {
    expected = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`golden ${name} does not exist: look at the output, then run with UPDATE_GOLDEN=1`, {
      cause: error,
    });
  }
  assert.fixture(actual, expected, `golden ${name} differs; UPDATE_GOLDEN=1 renews it`);
}
