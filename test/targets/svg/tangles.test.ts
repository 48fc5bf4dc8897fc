import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Graph } from "../../../src/ir/graph.js";
import { drawNetwork, mostBoxes } from "../../../src/targets/svg/build.js";
import { suite } from "../../support/suite.js";
import { assertWellDrawn } from "./picture.js";
import { sums, web } from "./sums.js";

const draw = (graph: Graph, depth?: number | "all") => {
  const picture = drawNetwork(graph, { depth });
  if (picture.kind !== "picture") throw new Error(picture.diagnose({}).message);
  return picture;
};

/** Any wiring, with splits; names of several levels, which may be left and entered again. */
const anyGraph = fc
  .array(
    fc.tuple(
      fc.nat(60),
      fc.nat(60),
      fc.constantFrom("", "p.", "q.", "p.r.", "s.t.u."),
      fc.constantFrom(1, 1, 1, 2, 3, 8),
    ),
    { minLength: 1, maxLength: 16 },
  )
  .map((nodes) =>
    sums(
      nodes.map(([a, b]) => [a, b] as const),
      (i) => `${nodes[i]![2]}n${i}`,
      (i) => nodes[i]![3],
    ),
  );

suite("any graph as a picture", (test) => {
  test("boxes lie beside each other, lines end at boxes and pass by the others, at every depth", () => {
    fc.assert(
      fc.property(anyGraph, fc.constantFrom(1, 2, "all" as const), (graph, depth) => {
        assertWellDrawn(draw(graph, depth).svg);
      }),
      { numRuns: 40 },
    );
  });

  test("a part that is left and come back to is drawn as several", () => {
    const graph = sums(
      [
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      (i) => ["part.a", "other", "part.b", "part.c"][i]!,
    );
    const { boxes, svg } = draw(graph, 1);
    assert.is(boxes, 5);
    const blocks = assertWellDrawn(svg).boxes.filter(({ element }) => element.text.includes("layers: "));
    assert.equal(
      blocks.map(({ element }) => /\d layers: .*/.exec(element.text)?.[0]),
      ["2 layers: 2 add"],
    );
  });

  test("a tangle is the same bytes, whatever was laid out before", () => {
    const first = draw(web(20)).svg;
    draw(web(15));
    assert.is(draw(web(20)).svg, first);
  });

  test("long series are drawn; too many boxes, and too much that is linked across, are refused", () => {
    const series = (count: number): Graph => sums(Array.from({ length: count }, (_, i) => [i, i] as const));
    const long = draw(series(1000), "all");
    assert.is(long.boxes, 1002);
    const refused = (graph: Graph): string => {
      const answer = drawNetwork(graph, { depth: "all" });
      return answer.kind === "picture" ? "drawn" : answer.diagnose({}).code;
    };
    assert.is(refused(series(mostBoxes + 1)), "picture/too-many-boxes");
    assert.is(refused(web(400)), "picture/too-tangled");
    assert.is(refused(web(20)), "drawn");
  });
});
