// A test with a limit on wall time, or a fixed wait, fails on a busy machine although the code is correct.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

// Making a file older is allowed: `new Date(Date.now() - ...)`.
suite("tests and the clock", (test) => {
  test("no test reads the clock; what grows too fast is told by test/support/growth.ts", () => {
    const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
    const reading = files.filter(
      (file) =>
        file.endsWith(".test.ts") &&
        /\bperformance\.now\(\)|(?<!new Date\()\bDate\.now\(\)/.test(readFileSync(join(root, "test", file), "utf8")),
    );
    assert.equal(reading, []);
  });
});
