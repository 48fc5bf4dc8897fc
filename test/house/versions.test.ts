import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { version } from "../../src/version.js";
import { suite } from "../support/suite.js";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

suite("package.json", (test) => {
  test("the version is said once", () => assert.is(version, manifest.version));

  test("every dependency is pinned", () => {
    const all = { ...manifest.optionalDependencies, ...manifest.devDependencies };
    for (const [name, range] of Object.entries(all)) assert.match(String(range), /^\d+\.\d+\.\d+$/, name);
  });
});
