import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { generateBlockedDoc } from "../../tools/generate-blocked-doc.js";
import { generateCliDoc } from "../../tools/generate-cli-doc.js";
import { generateDiagnosticsDoc } from "../../tools/generate-diagnostics-doc.js";
import { generatePicture } from "../../tools/generate-picture.js";
import { generateReferenceDoc } from "../../tools/generate-reference-doc.js";
import { generateStd } from "../../tools/generate-std.js";
import { generateVersion } from "../../tools/generate-version.js";
import { generateWeightMaps } from "../../tools/generate-weight-maps.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("generated files", (test) => {
  for (const generate of [
    generateVersion,
    generateStd,
    generateWeightMaps,
    generateBlockedDoc,
    generateCliDoc,
    generateDiagnosticsDoc,
    generateReferenceDoc,
    generatePicture,
  ]) {
    test(`${generate.name}: nothing to renew (npm run gen)`, async () => {
      for (const { path, text } of await generate()) {
        assert.fixture(text, readFileSync(join(root, path), "utf8"), `${path} is stale: npm run gen`);
      }
    });
  }

  test("every flag of every command stands in docs/cli.md", async () => {
    const page = readFileSync(join(root, "docs/cli.md"), "utf8");
    for (const command of commands) {
      const section = page.split(/^## /m).find((part) => part.startsWith(`lferc ${command.name}\n`)) ?? "";
      for (const [name, { alias = [] }] of declaredArguments(await command.load()).options) {
        for (const flag of [name, ...[alias].flat()]) {
          const dashed = flag.length === 1 ? `-${flag}` : `--${flag}`;
          assert.ok(section.includes(dashed), `${dashed} of lferc ${command.name}`);
        }
      }
    }
  });
});
