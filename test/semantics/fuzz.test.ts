import fc from "fast-check";
import * as assert from "uvu/assert";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { mutationsOf, shippedFiles } from "./mutate.js";

/** `LFER_FUZZ=long npm test -- semantics/fuzz` runs for minutes. */
const isLong = process.env.LFER_FUZZ === "long";
const numRuns = isLong ? 3000 : 10;

/** Compiles, and checks the properties of every compilation. */
async function keepsItsPromises(files: Readonly<Record<string, string>>): Promise<void> {
  const { models, diagnostics } = await compile(files);
  for (const { code, span, message, help } of diagnostics) {
    assert.ok(code in catalogue, code);
    assert.not.match(`${message}${help}`, /undefined|NaN|\[object/, `${code}: ${message} ${help}`);
    if (span === undefined) continue;
    const length = files[span.file]?.length ?? Number.POSITIVE_INFINITY;
    assert.ok(
      0 <= span.start && span.start <= span.end && span.end <= length,
      `${code} points outside of ${span.file}`,
    );
  }
  for (const { graph } of models) if (graph.nodes.length < 5000) assertSound(graph);
}

suite("semantics: any text ends in diagnostics", (test) => {
  const shipped = shippedFiles();
  for (const [path, text] of shipped) {
    test(`${path}, mutated`, async () => {
      const others = Object.fromEntries([...shipped].map(([name, other]) => [name.replace(/^models\//, ""), other]));
      const property = fc.asyncProperty(mutationsOf(text), (mutated) =>
        keepsItsPromises({ ...others, "main.lfer": mutated }),
      );
      await fc.assert(property, { numRuns });
    });
  }
});
