import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Answers } from "../../src/judging/answers.js";
import { answersText, readAnswers } from "../../src/judging/answers-table.js";
import { suite } from "../support/suite.js";

const plain: Answers = {
  classes: ["happy", "so, so", 'a "quoted"\nname'],
  pictures: [
    { key: "a/1.png", label: 0, probabilities: Float32Array.of(0.5, 0.25, 0.25) },
    { key: 'b,"2".png', label: 2, probabilities: Float32Array.of(0, 0, 1) },
  ],
};

const read = (text: string): Answers => {
  const found = readAnswers(text);
  if (typeof found === "string") throw new Error(found);
  return found;
};

suite("a table of answers", (test) => {
  test("has a header that says its columns, and is read back as it was, persons and groups too", () => {
    assert.match(
      answersText(plain),
      'path,label,answer,happy,"so, so","a ""quoted""\nname"\na/1.png,happy,happy,0.5,0.25,0.25\n',
    );
    assert.equal(read(answersText(plain)), plain);
    const [first, second] = plain.pictures;
    const grouped = {
      ...plain,
      pictures: [
        { ...first!, person: "p1" },
        { ...second!, group: "old" },
      ],
    };
    assert.match(answersText(grouped), "path,label,answer,person,group,happy");
    assert.equal(read(answersText(grouped)), grouped);
    assert.is(read("\ufeffpath,label,answer,a,b\r\nx,a,a,1,0\r\ny,b,b,0,1").pictures.length, 2);
  });

  test("is read back whatever stands in the names", () => {
    const name = fc
      .string({ unit: "binary", minLength: 1, maxLength: 8 })
      .filter((each) => !["person", "group"].includes(each));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 4 }), fc.array(name), (classes, keys) => {
        const answers: Answers = {
          classes,
          pictures: keys.map((key, i) => ({
            key,
            label: i % classes.length,
            probabilities: Float32Array.from(classes, (_, c) => (c === i % 2 ? 1 : 0)),
          })),
        };
        if (classes[0]?.startsWith("\ufeff")) return;
        assert.equal(read(answersText(answers)), answers);
      }),
      { numRuns: 60 },
    );
  });

  test("what is wrong is said with its line", () => {
    const header = "path,label,answer,a,b\n";
    for (const [text, reason] of [
      ["", "it is empty"],
      ["path,label\n", "line 1 does not begin with path,label,answer"],
      ["path,label,answer\n", "line 1 names no classes"],
      ["path,label,answer,a,a\n", "line 1 names a class twice"],
      [
        `path,label,answer,${Array.from({ length: 3001 }, (_, c) => c).join(",")}\n`,
        "line 1 names 3001 classes, the limit is 3000",
      ],
      [`${header}x,a,a,1\n`, "line 2 has 4 fields, the header 5"],
      [`${header}x,c,a,1,0\n`, "line 2 has a label that is none of the classes"],
      [`${header}x,a,a,1,0\ny,a,a,0.5,0.1\n`, "line 3 has probabilities that are none"],
      [`${header}x,a,a,NaN,1\n`, "line 2 has probabilities that are none"],
      [`${header}x,a,a,,1\n`, "line 2 has probabilities that are none"],
      [`${header}x,a,a,-0.5,1.5\n`, "line 2 has probabilities that are none"],
      [`${header}x,a,b,1,0\n`, "line 2 answers something else than its largest probability"],
      [`${header}"x,a,a,1,0\n`, "line 2 has a quote that does not end"],
      [`${header}"x"y,a,a,1,0\n`, "line 2 goes on behind a quote"],
    ] as const) {
      assert.is(readAnswers(text), reason);
    }
  });
});
