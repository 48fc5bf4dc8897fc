import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { shippedMapNames } from "../../src/weights/names/shipped-maps.js";
import { weightNames } from "../peers/weight-names.js";
import { suite } from "../support/suite.js";

const text = readFileSync(new URL("../../docs/pretrained.md", import.meta.url), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| `"));

suite("docs/pretrained.md", (test) => {
  test("has a row for each network whose names are tested, and names each map", () => {
    const networks = [...weightNames("torchvision").keys(), ...weightNames("timm").keys()];
    assert.equal(
      rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1]),
      networks,
    );
    const maps = new Set(rows.map((row) => row.split(" | ")[1]));
    assert.equal([...maps].sort(), [...shippedMapNames].sort());
  });

  test("a digest is what the file's name ends with, and each file has one command", () => {
    const printed = rows.filter((row) => row.includes("download.pytorch.org"));
    assert.is(printed.length, weightNames("torchvision").size);
    for (const row of printed) {
      const [, digest, inName] =
        /\| `([0-9a-f]{8,10})` \| `curl -LO https:\S+-([0-9a-f]{8,10})\.pth` \|$/.exec(row) ?? [];
      assert.ok(digest, row);
      assert.is(digest, inName, row);
    }
    for (const row of rows) assert.ok(row.split("curl ").length === 2 || row.endsWith("| timm has none |"), row);
  });
});
