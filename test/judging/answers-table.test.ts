import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { type Answers, answerOf, type JudgedPicture } from "../../src/judging/answers.js";
import { answersTable, readAnswersTable } from "../../src/judging/answers-table.js";
import { suite } from "../support/suite.js";

const picture = (key: string, label: number, ...probabilities: number[]): JudgedPicture => ({
  key,
  label,
  probabilities: Float32Array.from(probabilities),
});

const read = (text: string): Answers => {
  const found = readAnswersTable(text, "a.csv");
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
};

const messageOf = (text: string): string => {
  const found = readAnswersTable(text, "a.csv");
  return isProblem(found) ? found.diagnose({}).message : "accepted";
};

const answers: Answers = {
  classes: ["happy", 'sad, or "blue"'],
  pictures: [picture("a.png", 0, 0.75, 0.25), picture('odd, "name"\nin two lines.png', 1, 1 / 3, 2 / 3)],
};

suite("answers as a table", (test) => {
  test("RFC 4180: marks around what has commas, marks or ends of lines in it; six digits", () =>
    assert.is(
      answersTable(answers),
      'path,label,answer,happy,"sad, or ""blue"""\r\n' +
        "a.png,happy,happy,0.75,0.25\r\n" +
        '"odd, ""name""\nin two lines.png","sad, or ""blue""","sad, or ""blue""",0.333333,0.666667\r\n',
    ));

  test("what is written is read back: names, labels, persons, and what was answered", () => {
    const people: Answers = {
      classes: ["a", "b", "c"],
      pictures: [
        { ...picture("1", 0, 0.2, 0.5, 0.3), person: "anna", group: "indoors, dark" },
        { ...picture("2", 2, 0.1, 0.1, 0.8), person: "ben" },
        picture("3", 1, 1, 0, 0),
      ],
    };
    const text = answersTable(people);
    assert.match(text, /^path,label,answer,person,group,a,b,c\r\n1,a,b,anna,"indoors, dark",0\.2,0\.5,0\.3\r\n/);
    const { classes, pictures } = read(text);
    assert.equal(classes, people.classes);
    assert.equal(
      pictures.map(({ key, label, person, group }) => [key, label, person, group]),
      people.pictures.map(({ key, label, person, group }) => [key, label, person, group]),
    );
    assert.equal(read(answersTable(answers)).pictures.map(answerOf), answers.pictures.map(answerOf));
    assert.is(read(answersTable(answers)).pictures[1]?.key, answers.pictures[1]?.key);
    // Written again, it is the same.
    assert.is(answersTable(read(text)), text);
  });

  test("classes that are called person and group are classes", () => {
    const odd: Answers = { classes: ["person", "group"], pictures: [picture("1", 1, 0.25, 0.75)] };
    const again = read(answersTable(odd));
    assert.equal(
      [again.classes, again.pictures[0]?.label, again.pictures[0]?.person],
      [["person", "group"], 1, undefined],
    );
  });

  test("two classes that six digits make alike keep their difference: the answer stays", () => {
    const near = [0.4, Math.fround(0.4 + 5e-8), 0.2 - 5e-8];
    const found = read(answersTable({ classes: ["a", "b", "c"], pictures: [picture("1", 0, ...near)] }));
    assert.is(answerOf(found.pictures[0]!), 1);
  });

  test("line ends of any system, a mark of byte order, no end of the last line, empty lines", () => {
    for (const text of [
      "path,label,answer,a\n1,a,a,1\n",
      "\ufeffpath,label,answer,a\r1,a,a,1",
      "path,label,answer,a\r\n1,a,a,1",
      "path,label,answer,a\n\n1,a,a,1\n\n",
    ]) {
      assert.equal(
        read(text).pictures.map(({ key }) => key),
        ["1"],
        JSON.stringify(text),
      );
    }
  });

  for (const [what, text, said] of [
    ["an empty file", "", /line 1: it does not begin with path,label,answer/],
    ["another table", "image,label\n", /line 1: it does not begin/],
    ["no class", "path,label,answer\n", /line 1: it names no class/],
    ["a class twice", "path,label,answer,a,a\n", /line 1: it names a class twice/],
    ["too few columns", "path,label,answer,a,b\n1,a,a,1,0\n2,a,a,1\n", /line 3: it has 4 columns, the first line 5/],
    ["an unknown label", "path,label,answer,a\n1,x,a,1\n", /line 2: "x" is not a class/],
    ["an unknown answer", "path,label,answer,a\n1,a,x,1\n", /line 2: "x" is not a class/],
    ["a name of JavaScript's", "path,label,answer,a\n1,__proto__,a,1\n", /line 2: "__proto__" is not a class/],
    ["no number", "path,label,answer,a\n1,a,a,one\n", /line 2: "one" is not a probability/],
    ["nothing", "path,label,answer,a\n1,a,a,\n", /line 2: "" is not a probability/],
    ["more than all", "path,label,answer,a\n1,a,a,1.5\n", /line 2: "1\.5" is not a probability/],
    ["a sum of less", "path,label,answer,a,b\n1,a,a,0.2,0.2\n", /line 2: its probabilities sum to 0\.4, not to 1/],
    ["a mark that is never closed", 'path,label,answer,a\n"1,a,a,1\n', /line 2: a quotation mark/],
    ["a mark within", 'path,label,answer,a\n"x\ny",a,a,1\n1"2,a,a,1\n', /line 4: a quotation mark/],
    ["text after a mark", 'path,label,answer,a\n"1"2,a,a,1\n', /line 2: a quotation mark/],
  ] as const) {
    test(`${what} is told with its line`, () => assert.match(messageOf(text), said));
  }
});
