import * as assert from "uvu/assert";
import { drawAnnotators, drawVotes, voteColumns } from "../../src/data/faces/annotators.js";
import { aboutFaces, faceTables } from "../../src/data/faces/face-tables.js";
import { type FacesPlan, planFaces } from "../../src/data/faces/planned-faces.js";
import { faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { sha256 } from "../../src/formats/digest.js";
import { suite } from "../support/suite.js";

const plan: FacesPlan = { seed: 5, count: 63, people: 8, blends: 0.5 };

suite("planned faces", (test) => {
  // Studies are compared by these bytes, over years and between machines: a change here makes another data set, and increases the
  // generator's version in face-tables.ts. No pixel depends on arithmetic that an engine may round differently (drawing.ts).
  test("are frozen: pictures, files and tables of a fixed set have the digests that they had", () => {
    const faces = [...planFaces(plan)];
    const annotators = drawAnnotators(plan.seed, 7);
    const { labels, distributions, votes } = faceTables(faces, annotators, plan.seed);
    const pictures = faces.slice(0, 16).map((face) => face.paint(32));
    assert.equal(
      {
        pixels: sha256(pictures.map(({ pixels }) => pixels)),
        files: sha256(pictures.map(encodePng)),
        tables: sha256([labels, distributions, votes, aboutFaces({ ...plan, size: 32 }, annotators)]),
        generated: sha256(
          faceExpressions.flatMap((expression) => [1, 130].map((seed) => generateFace(expression, seed, 40).pixels)),
        ),
      },
      {
        pixels: "1a3e0ccd7e5076ede2c093a8d0a236cd8463edac1a8e8f9755cb974e869f004a",
        files: "473e6ff1fb8cc2760103a192330ed3004d81bbce4b606a86e43ad0196f67a016",
        tables: "f95040c0f46dfab4e2f71c04721fb1f42acefa58ed112c6f163a62e4d5f0209c",
        generated: "a4afd56980e887084ce80f049715ab60f35673c604b7061bcd2742f328c71109",
      },
    );
  });

  test("nobody is in two splits, and a person looks and is grouped alike in every picture", () => {
    const splits = new Map<string, Set<string>>();
    const groups = new Map<string, Set<string>>();
    for (const { person, split, group, path } of planFaces({ ...plan, count: 400, people: 40 })) {
      splits.set(person, new Set([...(splits.get(person) ?? []), split]));
      groups.set(person, new Set([...(groups.get(person) ?? []), group]));
      assert.ok(path.startsWith(`${split}/`));
    }
    assert.is(splits.size, 40);
    assert.ok([...splits.values(), ...groups.values()].every(({ size }) => size === 1));
    const persons = [...splits.values()].flatMap((each) => [...each]);
    assert.equal(
      ["train", "val", "test"].map((split) => persons.filter((each) => each === split).length),
      [28, 6, 6],
    );
    assert.is(new Set([...groups.values()].flatMap((each) => [...each])).size, 3);
    // The corner shows the background, which each person has its own.
    const corners = [...planFaces(plan)].slice(0, 8).map((face) => face.paint(16).pixels.slice(0, 3).join());
    assert.is(new Set(corners).size, 1);
  });

  test("shares of a face add up to 1, the label's is the largest alone, and about as many are blends as asked for", () => {
    const faces = [...planFaces({ seed: 1, count: 3000, people: 300, blends: 0.3 })];
    for (const { percents, label } of faces) {
      assert.is(
        percents.reduce((sum, each) => sum + each, 0),
        100,
      );
      const most = Math.max(...percents);
      assert.is(faceExpressions[percents.indexOf(most)], label);
      assert.is(percents.filter((each) => each === most).length, 1);
      assert.ok(percents.every((each) => each === 0 || each >= 10));
    }
    const parts = faces.map(({ percents }) => percents.filter((each) => each > 0).length);
    const share = (of: number): number => parts.filter((each) => each === of).length / faces.length;
    assert.ok(Math.abs(share(2) - 0.2) < 0.03, String(share(2)));
    assert.ok(Math.abs(share(3) - 0.1) < 0.02, String(share(3)));
    const ofLabel = faceExpressions.map((label) => faces.filter((face) => face.label === label).length);
    assert.ok(Math.max(...ofLabel) - Math.min(...ofLabel) <= 20, ofLabel.join());
  });

  test("a blend lies between the faces that it is of, and one more picture changes none before it", () => {
    const [first] = planFaces({ ...plan, blends: 0 });
    const [again] = planFaces({ ...plan, blends: 0, count: 200 });
    const [mixed] = planFaces({ ...plan, blends: 1 });
    assert.equal(first!.paint(24), again!.paint(24));
    assert.is(first!.person, mixed!.person);
    assert.not.equal(first!.paint(24).pixels, mixed!.paint(24).pixels);
  });

  test("votes come as the annotators' own model says: care for what is shown, confusion for the rest", () => {
    const annotators = drawAnnotators(3, 40);
    // 70 % surprise, 30 % anger.
    const percents = faceExpressions.map((name) => (name === "surprise" ? 70 : name === "anger" ? 30 : 0));
    const counted = voteColumns.map(() => 0);
    const pictures = 500;
    for (let i = 0; i < pictures; i++) {
      const votes = drawVotes(annotators, percents, 3, `picture ${i}`);
      assert.is(
        votes.reduce((sum, each) => sum + each, 0),
        annotators.length,
      );
      for (const [column, count] of votes.entries()) counted[column] = counted[column]! + count;
    }
    for (const [column, name] of voteColumns.entries()) {
      const expected =
        annotators.reduce((sum, { care, confusion }) => {
          const seen = name === "surprise" ? 0.7 : name === "anger" ? 0.3 : 0;
          return sum + care * seen + (1 - care) * (0.7 * confusion.surprise[name] + 0.3 * confusion.anger[name]);
        }, 0) / annotators.length;
      const found = counted[column]! / (pictures * annotators.length);
      // Five standard deviations of 20,000 votes.
      assert.ok(Math.abs(found - expected) < 5 * Math.sqrt((expected * (1 - expected)) / 20_000), `${name}: ${found}`);
    }
    for (const { confusion } of annotators) {
      for (const row of Object.values(confusion)) {
        assert.ok(Math.abs(Object.values(row).reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
      }
    }
    assert.equal(drawAnnotators(3, 2), annotators.slice(0, 2));
  });
});
