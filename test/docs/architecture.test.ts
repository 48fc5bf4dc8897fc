import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

suite("docs/architecture.md", (test) => {
  test("every file that it names is there", () => {
    const named = [...page.matchAll(/`((?:[a-z-]+\/)+[a-z0-9-]+\.[a-z.]+)`/g)].map(([, path = ""]) => path);
    assert.ok(named.length > 20);
    const places = ["", "src"];
    assert.equal(
      named.filter((path) => !places.some((place) => existsSync(join(root, place, path)))),
      [],
    );
  });
});
