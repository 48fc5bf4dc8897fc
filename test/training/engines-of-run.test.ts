// Which engine ran which epochs, in run.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/formats/json-object.js";
import { enginesOfRun } from "../../src/training/engines-of-run.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { stillEngine, stillRun } from "./still-run.js";

const [a, b] = [{ name: "a" }, { name: "b" }];

suite("the engines of a run", (test) => {
  test("one that goes on by itself is one; another has its own first epoch", () => {
    const first = enginesOfRun(undefined, 0, a);
    assert.equal(first, [{ fromEpoch: 1, name: "a" }]);
    const record = { engines: first };
    assert.equal(enginesOfRun(record, 3, a), first);
    assert.equal(enginesOfRun(record, 3, b), [...first, { fromEpoch: 4, name: "b" }]);
  });

  test("one that ended no epoch is not listed", () => {
    assert.equal(enginesOfRun({ engines: enginesOfRun(undefined, 0, a) }, 0, b), [{ fromEpoch: 1, name: "b" }]);
    const record = { engines: enginesOfRun({ engines: enginesOfRun(undefined, 0, a) }, 2, b) };
    assert.equal(enginesOfRun(record, 2, a), [{ fromEpoch: 1, name: "a" }]);
  });

  test("of a record from before there was a list, its engine is the first", () => {
    assert.equal(enginesOfRun({ engine: a }, 2, b), [
      { fromEpoch: 1, name: "a" },
      { fromEpoch: 3, name: "b" },
    ]);
    assert.equal(enginesOfRun({ engine: a, engines: "edited" }, 2, a), [{ fromEpoch: 1, name: "a" }]);
  });

  test("run.json and state.json list them, and either may go on with the other", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      const named = (name: string) => ({ ...stillEngine(), name });
      await stillRun(folder, { epochs: 1, engine: named("one") });
      const { codes } = await stillRun(folder, { epochs: 2, resume: true, engine: named("other") });
      assert.equal(codes, []);
      await stillRun(folder, { epochs: 3, resume: true, engine: named("other") });
      const about = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as JsonObject;
      const { run } = JSON.parse(readFileSync(join(folder, "state.json"), "utf8")) as { readonly run: JsonObject };
      const rest = { description: "still", threads: null, version: null };
      const listed = [
        { fromEpoch: 1, name: "one", ...rest },
        { fromEpoch: 2, name: "other", ...rest },
      ];
      assert.equal([about.engines, run.engines], [listed, listed]);
      assert.equal(about.engine, { name: "other", ...rest });
    }));
});
