// What README.md says that commands print is what they print.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { conventionTable } from "../../src/analysis/conventions.js";
import { allConventions } from "../../src/analysis/stats.js";
import { generateReadme } from "../../tools/generate-readme.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

suite("README.md", (test) => {
  test("shows what the commands print today: a table, a broken budget, a difference", async () => {
    assert.is(readme.match(/^<!-- prints: /gm)?.length, 3);
    const [made] = await generateReadme();
    assert.is(made?.text, readme);
    for (const shown of [
      /^total +4\.20k /m,
      /^error\[budget\/exceeded\]: Tiny: params is /m,
      /^params +4,195 +6,275 /m,
    ])
      assert.match(readme, shown);
  });

  test("says before its installation what it is, why, and what it prints", () => {
    const first = readme.slice(0, readme.indexOf("## Install"));
    for (const said of ["PyTorch, torchinfo", "Proof before write", "Bit-equal resume", "The budget is in the file"])
      assert.match(first, said);
  });

  test("says of how many tools there are conventions", () => {
    // A paper's and one of ours are of no tool.
    const names = allConventions.filter((name) => name !== "paper" && name !== "conv");
    const tools = new Set(names.map((name) => conventionTable(name).tool.split(/[ ,]/)[0]));
    assert.match(readme, `by the conventions of ${tools.size} tools`);
  });
});
