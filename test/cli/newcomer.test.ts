// The first steps of a user after the README: change the paper's network, make an error, understand, count, build and run it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { formulaPicture } from "../data/formula-picture.js";
import { codesIn, inFolder, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const network = read("models/lfer_ldl.lfer");

/** The paper's network with one part of its text replaced, in a separate folder. */
function changed(from: string, to: string): Readonly<Record<string, string | Uint8Array>> {
  assert.ok(network.includes(from), `the network has no ${from}`);
  return {
    "mine.lfer": network.replace(from, to),
    "resnet.lfer": read("models/resnet.lfer"),
    "face.png": encodePng(formulaPicture(60, 50)),
  };
}

interface Totals {
  readonly params: { readonly total: number };
  readonly layers: readonly { readonly path: string; readonly outputShape: readonly number[] }[];
}

const totalsOf = (cwd: string, ...args: readonly string[]): Totals =>
  JSON.parse(runLferc(["stats", "mine.lfer", "--model", "LferLdl", "--format", "json", ...args], { cwd }).stdout);

suite("a newcomer", (test) => {
  test("another width: counted at once, the budget says by how much it is passed", () =>
    inFolder(changed("stem: int = 29", "stem: int = 58"), (cwd) => {
      const { code, stderr } = runLferc(["check", "mine.lfer"], { cwd });
      assert.is(code, 1);
      assert.ok(codesIn(stderr).every((each) => each.startsWith("budget/") || each.startsWith("lint/")));
      assert.match(stderr, /1_283_024/);
      // 27 weights and 2 of batch norm for each new stem channel; stage 2: 9 + 2 and 58 weights; the four quadrants
      // keep 116 filters of one input channel each.
      const more = 29 * (27 + 2) + 29 * (9 + 2 + 58 + 58);
      assert.is(totalsOf(cwd).params.total, 1_283_024 + more);
    }));

  test("a third stage more: the shapes follow", () =>
    inFolder(
      changed("Stage(464, units: 4) as stage4", "Stage(464, units: 4) as stage4 -> Stage(928, units: 2) as stage5"),
      (cwd) => {
        const { layers } = totalsOf(cwd);
        const last = layers.filter(({ path }) => path.startsWith("stage5.")).at(-1);
        assert.equal(last?.outputShape, [1, 928, 4, 4]);
      },
    ));

  test("a stem of 24 is refused: 116 is no multiple of it", () =>
    inFolder(changed("stem: int = 29", "stem: int = 24"), (cwd) => {
      const { code, stderr } = runLferc(["check", "mine.lfer"], { cwd });
      assert.is(code, 1);
      assert.ok(codesIn(stderr).includes("shape/not-divisible"));
      assert.match(stderr, /116, which is no multiple of 24/);
      assert.match(stderr, /in block Quadrant, used here/);
      assert.match(stderr, /in block PDWRes, used here/);
    }));

  for (const [title, from, to, code, said] of [
    [
      "a word misspelt",
      "-> batch_norm -> relu6 -> depthwise",
      "-> batchnorm -> relu6 -> depthwise",
      "resolve/unknown-name",
      /Did you mean "batch_norm"\?/,
    ],
    ["a bracket lost", "max_pool(3, stride: 2)\n", "max_pool(3, stride: 2\n", "syntax/", /mine\.lfer:\d+:\d+/],
    [
      "a grid that does not fit",
      "grid(2, 2, Quadrant(channels))",
      "grid(3, 3, Quadrant(channels))",
      "shape/grid-does-not-fit",
      /3x3 cells, but the map is 56x56/,
    ],
  ] as const) {
    test(`${title}: named, with the place and what to do`, () =>
      inFolder(changed(from, to), (cwd) => {
        const { code: exit, stderr } = runLferc(["check", "mine.lfer"], { cwd });
        assert.is(exit, 1);
        const errors = stderr.match(/^error\[[^\]]+\]/gm) ?? [];
        assert.is(errors.length, 1, stderr);
        assert.ok(errors[0]?.startsWith(`error[${code}`), stderr);
        assert.match(stderr, said);
        assert.match(stderr, /= help: /);
      }));
  }

  test("a smaller network is built, proven, and answers about a picture", () =>
    inFolder(changed("units: 8", "units: 2"), (cwd) => {
      const built = runLferc(
        ["build", "mine.lfer", "--model", "LferLdl", "--set", "size=96", "--target", "onnx", "-o", "mine.onnx"],
        { cwd },
      );
      assert.is(built.code, 0, built.stderr);
      assert.match(built.stderr, /equal to the reference/);
      const asked = runLferc(["predict", "mine.onnx", "face.png", "--format", "json"], { cwd });
      assert.is(asked.code, 0, asked.stderr);
      const { pictures } = JSON.parse(asked.stdout) as {
        readonly pictures: readonly { readonly classes: readonly { readonly probability: number }[] }[];
      };
      const sum = pictures[0]?.classes.reduce((total, { probability }) => total + probability, 0) ?? 0;
      assert.ok(Math.abs(sum - 1) < 1e-9, String(sum));
    }));
});
