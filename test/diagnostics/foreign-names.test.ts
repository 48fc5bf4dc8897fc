import assert from "node:assert/strict";
import { foreignNames } from "../../src/diagnostics/foreign-names.js";
import { suite } from "../support/suite.js";
import { diagnose } from "../support/tester.js";

suite("names of other tools", (test) => {
  const forms = Object.entries(foreignNames).flatMap(([name, { write = "" }]) =>
    [...write.matchAll(/`([^`]*\bx\b[^`]*)`/g)].map(([, form = ""]) => [name, form] as const),
  );

  test("what is said to be written has no unknown name, and no wrong type or argument", async () => {
    assert.ok(forms.length > 40, String(forms.length));
    const own = forms.filter(([name, form]) => !/\bxs\b|\.\.\.|Separable|pixel_shuffle/.test(form) && name !== "int");
    for (const [name, form] of own) {
      const bound = /^[\w, ]+ = /.test(form) ? form : `y = ${form}`;
      const text = `lfer 1\n\nmodel M {\n  input x: float32[N, 4, 8, 8]\n  ${bound}\n  logits = x -> flatten\n  output logits\n}\n`;
      const found = await diagnose(text);
      const wrong = found.filter(({ code }) => /^(syntax|resolve|type)\//.test(code));
      assert.deepEqual(
        wrong.map(({ message }) => message),
        [],
        `${name}: ${form}`,
      );
    }
  });
});
