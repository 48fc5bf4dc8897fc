import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const source = `lfer 1

model Tiny {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4, bias: false) -> batch_norm -> relu -> global_avg_pool -> conv(2, kernel: 1) -> flatten
  output logits
}
`;

const scenario = (args: readonly string[], body: (ran: Awaited<ReturnType<typeof callLferc>>) => void) =>
  inFolder({ "m.lfer": source }, async (folder) =>
    body(await callLferc(["build", "m.lfer", "-o", "m.onnx", ...args], folder)),
  );

interface Told {
  readonly pass: string;
  readonly changed: boolean;
  readonly nodes: number;
  readonly weightBytes: number;
  readonly macs: number;
  readonly ms: number | null;
}

const passesOf = (stdout: string): readonly Told[] => JSON.parse(stdout).passes;

suite("lferc build --explain", (test) => {
  test("says what each pass did, in 80 columns", () =>
    scenario(["--explain", "--no-verify"], ({ code, stderr }) => {
      assert.is(code, 0, stderr);
      assert.match(stderr, /^pass +nodes +weights +macs \(fvcore\)$/m);
      assert.match(stderr, /^as written +6 /m);
      assert.match(stderr, /^fold-batch-norm +5 /m);
      assert.match(stderr, /^fold-constants +nothing to do/m);
      const table = stderr.slice(stderr.indexOf("pass "));
      assert.ok(table.split("\n").every((line) => line.length <= 80));
    }));

  test("as JSON: the figures of the file before and after", () =>
    scenario(["--explain", "--format", "json", "--no-verify"], ({ code, stdout, stderr }) => {
      assert.is(code, 0, stderr);
      const [first, ...passes] = passesOf(stdout) as [Told, ...Told[]];
      // 4 x 3 x 3 x 3 and 2 x 4 weights, and four numbers for each of 4 channels; a folded norm leaves a bias.
      assert.equal(
        { ...first },
        { pass: "as written", changed: false, nodes: 6, weightBytes: 4 * 132, macs: 7688, ms: null },
      );
      const fold = passes.find(({ pass }) => pass === "fold-batch-norm");
      assert.is(fold?.changed, true);
      assert.is(fold?.weightBytes, 4 * 120);
      assert.is(passes.filter(({ changed }) => changed).length, 1);
    }));

  test.native("with a runtime, each form is timed", () =>
    scenario(["--explain", "--format", "json"], ({ code, stdout, stderr }) => {
      assert.is(code, 0, stderr);
      for (const { pass, ms } of passesOf(stdout)) assert.ok(ms !== null && ms > 0, `${pass}: ${ms}`);
    }),
  );
});
