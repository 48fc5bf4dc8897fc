import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { faceExpressions } from "../../src/data/generated-faces.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("lferc tour", (test) => {
  test("goes through, and the network that it trains knows faces that it has not seen", () =>
    inFolder({}, (cwd) => {
      const { code, stdout, stderr } = runLferc(["tour", "--out", "out"], { cwd });
      assert.is(code, 0, stderr);
      const accuracy = Number(/best: accuracy ([\d.]+)%/.exec(stdout)?.[1]);
      assert.ok(accuracy > 85, `${accuracy} %, where guessing gives 14`);
      const answers = [...stdout.matchAll(/^out\/faces\/(\w+)\.png {2}(\w+)/gm)];
      assert.equal(answers.map(([, face]) => face).toSorted(), [...faceExpressions].toSorted());
      assert.ok(answers.filter(([, face, answer]) => face === answer).length >= 5, answers.join("\n"));
      assert.ok(existsSync(join(cwd, "out/runs/Faces-1/curves.svg")));
      assert.match(stdout, "open out/runs/Faces-1/curves.svg");
    }));
});
