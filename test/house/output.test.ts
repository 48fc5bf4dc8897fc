import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const sources = readdirSync(src, { recursive: true })
  .map((file) => String(file).replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

/** The files that contain a pattern, and how often. */
const placesOf = (pattern: RegExp): Readonly<Record<string, number>> =>
  Object.fromEntries(
    sources.flatMap(({ file, text }) => {
      const found = text.match(pattern)?.length ?? 0;
      return found === 0 ? [] : [[file, found]];
    }),
  );

suite("house: what is written to the streams", (test) => {
  test("goes through the session, which cleans it: the others write words of ours or clean them themselves", () => {
    assert.equal(placesOf(/\b(?:stdout|stderr|stream)\.write\(/g), {
      "cli/build-files.ts": 1,
      "cli/main.ts": 5,
      "cli/session.ts": 4,
      "cli/terminal.ts": 1,
      "cli/live-line.ts": 2,
      "cli/watch.ts": 4,
      // Scripts for separate processes, whose output is read and not shown.
      "engines/ort/provider-probe.ts": 2,
      "engines/tfjs/gpu-probe.ts": 2,
    });
    assert.equal(placesOf(/\bconsole\s*\./g), {});
  });

  test("is exact only where programs read it", () => {
    assert.equal(placesOf(/session\.data\(/g), {
      "cli/check.command.ts": 1,
      "cli/completion.command.ts": 2,
      "cli/fmt.command.ts": 3,
    });
  });
});
