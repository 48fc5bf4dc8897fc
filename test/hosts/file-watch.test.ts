import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { watchFiles } from "../../src/hosts/file-watch.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("a watch", (test) => {
  test("a file stamped by a clock that lags behind is news; so is one that is written next", () =>
    inFolder({ new: "1", other: "1" }, async (cwd) => {
      const [fresh, other] = [join(cwd, "new"), join(cwd, "other")];
      const watch = watchFiles();
      try {
        // Started five milliseconds after the timestamp: the file may have been written after that.
        watch.set([fresh], Math.ceil(statSync(fresh).ctimeMs) + 5);
        watch.set([fresh, other], Number.POSITIVE_INFINITY);
        writeFileSync(other, "22");
        assert.ok((await watch.changed()).includes(fresh));
      } finally {
        watch.close();
      }
    }));

  test("what has not changed since is no news", () =>
    inFolder({ old: "1", other: "1" }, async (cwd) => {
      const [old, other] = [join(cwd, "old"), join(cwd, "other")];
      const watch = watchFiles();
      try {
        watch.set([old, other], Number.POSITIVE_INFINITY);
        writeFileSync(other, "22");
        assert.equal(await watch.changed(), [other]);
      } finally {
        watch.close();
      }
    }));
});
