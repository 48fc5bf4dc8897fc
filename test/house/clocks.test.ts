// A test that bounds wall time, or waits for a while, fails on a busy machine for no fault of the code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

// A file may be made older than it is: `new Date(Date.now() - ...)`.
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
