// The messages for a --data that is not a folder, or a folder of another layout.
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { openLayout, refusals } from "./open-layout.js";

suite("data that lie elsewhere", (test) => {
  test("a folder that is not there is said to be absent, whatever the layout", () =>
    inFolder({}, async (cwd) => {
      for (const layout of ["folder", "raf_db", "affectnet", "fer2013", "ferplus", "csv"] as const) {
        const [said] = refusals(await openLayout(layout, join(cwd, "nope")));
        assert.is(said?.code, "data/unreadable-folder", layout);
        assert.match(said?.message ?? "", /nope: there is no such folder/);
      }
    }));

  test("RAF-DB under a recipe for class folders is named, Image is taken for no class", () =>
    inFolder({ "EmoLabel/list.txt": "", "Image/aligned/a.jpg": "x" }, async (cwd) => {
      const [said] = refusals(await openLayout("folder", cwd, { labels: ["happiness"] }));
      assert.is(said?.code, "data/another-layout");
      assert.match(said?.help ?? "", /data = raf_db\(/);
    }));
});
