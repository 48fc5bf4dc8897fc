import * as assert from "uvu/assert";
import type { JudgedPicture } from "../../src/judging/answers.js";
import { compareAnswers } from "../../src/judging/comparison.js";
import { fewestPictures, groupsOf } from "../../src/judging/groups.js";
import { surestMistakes } from "../../src/judging/mistakes.js";
import { riskCoverageOf } from "../../src/judging/risk-coverage.js";
import { suite } from "../support/suite.js";

const classes = ["a", "b"];

const seen = (key: string, label: number, sureness: number, about: Partial<JudgedPicture> = {}): JudgedPicture => ({
  key,
  label,
  probabilities: [sureness, 1 - sureness],
  ...about,
});

/** This many pictures of a group, of which the first ones are predicted correctly. */
const group = (name: string, count: number, right: number): readonly JudgedPicture[] =>
  Array.from({ length: count }, (_, i) => seen(`${name}/${i}`, i < right ? 0 : 1, 0.9, { group: name }));

suite("answers looked at by group, by sureness, in pairs", (test) => {
  test("the worst group is the least accurate one that has pictures enough", () => {
    const pictures = [
      ...group("small", fewestPictures - 1, 1),
      ...group("bad", fewestPictures, 10),
      ...group("good", fewestPictures, 29),
      seen("nobody's", 0, 0.9),
    ];
    const found = groupsOf({ classes, pictures }, "group");
    assert.equal(
      found.groups.map(({ name, samples, hasFewPictures }) => [name, samples, hasFewPictures]),
      [
        ["small", 29, true],
        ["bad", 30, false],
        ["good", 30, false],
      ],
    );
    assert.is(found.worst?.name, "bad");
    assert.is(found.without, 1);
    assert.is(groupsOf({ classes, pictures: group("small", 3, 1) }, "group").worst, undefined);
    assert.is(groupsOf({ classes, pictures }, "person").groups.length, 0);
  });

  test("groups of the same counts have the same figures under their own names", () => {
    const { groups } = groupsOf({ classes, pictures: [...group("x", 5, 3), ...group("y", 5, 3)] }, "group");
    const [x, y] = groups;
    assert.is(x?.name, "x");
    assert.equal({ ...x, name: "" }, { ...y, name: "" });
    assert.is(x?.accuracy, 0.6);
  });

  test("equally sure answers are given together, and their order changes nothing", () => {
    const pictures = [seen("1", 0, 0.9), seen("2", 1, 0.8), seen("3", 0, 0.8), seen("4", 1, 0.7)];
    const found = riskCoverageOf({ classes, pictures });
    assert.equal(
      found.points.map(({ coverage, risk }) => [coverage, risk]),
      [
        [0.25, 0],
        [0.75, 1 / 3],
        [1, 0.5],
      ],
    );
    assert.equal(riskCoverageOf({ classes, pictures: pictures.toReversed() }), found);
    // (0 + 0.5/2 + 1/3 + 2/4) / 4
    assert.ok(Math.abs(found.area - (0.25 + 1 / 3 + 0.5) / 4) < 1e-12);
  });

  test("many pictures give a curve of about a hundred points that ends at all of them", () => {
    const pictures = Array.from({ length: 5000 }, (_, i) => seen(String(i), i % 2, 0.5 + i / 20_000));
    const { points } = riskCoverageOf({ classes, pictures });
    assert.ok(points.length >= 100 && points.length <= 101, String(points.length));
    assert.is(points.at(-1)?.coverage, 1);
  });

  test("of no pictures there is no curve, and no figure that is no number", () => {
    assert.equal(riskCoverageOf({ classes, pictures: [] }), { points: [], area: 0 });
    assert.is(surestMistakes({ classes, pictures: [] }, 3).length, 0);
  });

  test("the surest mistakes come first, of equal ones by name, and no right answer is among them", () => {
    const pictures = [
      seen("c", 1, 0.8),
      seen("right", 0, 0.99),
      seen("b", 1, 0.8),
      seen("a", 1, 0.95),
      seen("d", 0, 0.4),
    ];
    const found = surestMistakes({ classes, pictures }, 3);
    assert.equal(
      found.map(({ picture, answer, sureness }) => [picture.key, answer, sureness]),
      [
        ["a", 0, 0.95],
        ["b", 0, 0.8],
        ["c", 0, 0.8],
      ],
    );
  });

  test("networks with their classes in another order are compared by the classes' names", () => {
    const turned = {
      classes: ["b", "a"],
      pictures: [seen("1", 1, 0.1), seen("2", 0, 0.3)].map((picture) => picture),
    };
    const found = compareAnswers({ classes, pictures: [seen("2", 1, 0.9), seen("1", 0, 0.9)] }, turned);
    assert.ok("accuracy" in found);
    // Only the first predicts "1" correctly, alone of the two; the second predicts "1" correctly, and a for "2", which is b.
    assert.equal([found.accuracy.value, found.onlyFirst, found.onlySecond], [0, 0, 0]);
  });

  test("two networks that saw other pictures are not compared, and what differs is named", () => {
    const one = { classes, pictures: [seen("1", 0, 0.9), seen("2", 1, 0.9), seen("3", 0, 0.9)] };
    const found = compareAnswers(one, { classes: ["a", "c"], pictures: [seen("2", 0, 0.9), seen("4", 0, 0.9)] });
    assert.equal(found, {
      kind: "unpaired",
      classes: ["b", "c"],
      onlyFirst: ["1", "3"],
      onlySecond: ["4"],
      otherClass: ["2"],
    });
  });
});
