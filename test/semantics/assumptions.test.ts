// `/// assumed: SOURCE` before a parameter or a constant: an assumption where a paper is silent.
import * as assert from "uvu/assert";
import { assumptionsIn } from "../../src/semantics/checks/assumptions.js";
import { parse } from "../../src/syntax/parse.js";
import { suite } from "../support/suite.js";

const listed = (text: string) =>
  assumptionsIn(parse("a.lfer", text).tree).map(({ name, value, source }) => [name, value, source]);

suite("assumptions", (test) => {
  test("of parameters of all that has some, and of constants: value as it is written, source to the end of the remark", () => {
    const text = `lfer 1
/// assumed: counted
const width = 29

fn f(
  /// What it does.
  /// assumed: lost in print;
  /// the ancestor's
  decay: float = 1e-4,
  /// assumed: whoever uses it says so
  open: int, plain: int = 2,
) on x = x

recipe R(
  /// assumed: the sum
  reading: "A" | "B" = "A"
) {
}
`;
    assert.equal(listed(text), [
      ["width", "29", "counted"],
      ["f.decay", "1e-4", "lost in print; the ancestor's"],
      ["f.open", undefined, "whoever uses it says so"],
      ["R.reading", '"A"', "the sum"],
    ]);
  });

  test("what is documented and not assumed, plain remarks, and words inside a line are none", () => {
    assert.equal(
      listed(
        "lfer 1\n// assumed: a remark\nconst a = 1\n/// It is assumed: no mark.\nconst b = 2\nfn f(\n  // assumed: no\n  c: int = 1) on x = x\n",
      ),
      [],
    );
  });

  test("a parameter's documentation is its own: neither the declaration's, nor the next one's", () => {
    const { tree } = parse(
      "a.lfer",
      "lfer 1\n/// Of f.\nfn f(\n  /// Of a.\n  a: int = 1, b: int = 2) on x = x\n\nfn g on x = x\n",
    );
    const [f, g] = tree.declarations;
    assert.equal([f?.doc, g?.doc], ["Of f.", undefined]);
    assert.equal(f?.kind === "FunctionDeclaration" && f.parameters.map(({ doc }) => doc), ["Of a.", undefined]);
  });
});
