import * as assert from "uvu/assert";
import { displayWidth } from "../../src/diagnostics/display-text.js";
import { summaryOf } from "../../src/judging/summary.js";
import { confusionSvg } from "../../src/report/confusion-svg.js";
import { cutName } from "../../src/report/cut-name.js";
import { suite } from "../support/suite.js";
import { type Element, parseXml } from "../targets/svg/picture.js";
import { someAnswers } from "./some-run.js";

const named = (count: number, name = (c: number) => `class ${c}`): readonly string[] =>
  Array.from({ length: count }, (_, c) => name(c));

const all = (of: Element): readonly Element[] => [of, ...of.children.flatMap(all)];

const titlesOf = (svg: string): readonly string[] =>
  all(parseXml(svg)).flatMap(({ name, text }) => (name === "title" ? [text] : []));

suite("confusion matrix", (test) => {
  test("a field has the count and its share of the row; what is right is framed; each class has its share beside it", () => {
    const svg = confusionSvg("Net", summaryOf(someAnswers(named(3))));
    assert.equal(titlesOf(svg), [
      "class 0 answered as class 0: 20 of 20, 100%",
      "class 1 answered as class 1: 17 of 20, 85%",
      "class 1 answered as class 2: 3 of 20, 15%",
      "class 2 answered as class 0: 6 of 20, 30%",
      "class 2 answered as class 2: 14 of 20, 70%",
    ]);
    const elements = all(parseXml(svg));
    const texts = elements.filter(({ name }) => name === "text").map(({ text }) => text);
    for (const text of ["17", "85%", "70% of 20"]) assert.ok(texts.includes(text), text);
    assert.is(elements.filter((each) => each.attributes.class === "mark").length, 3);
    const heat = elements.filter((each) => each.attributes.class === "heat");
    const strengths = heat.map((each) => Number(each.attributes["fill-opacity"]));
    assert.ok(strengths[0]! > strengths[1]! && strengths[1]! > strengths[4]! && strengths[2]! < strengths[3]!);
  });

  test("in both colour schemes, on paper of its own, in words for those who do not see it", () => {
    const svg = confusionSvg("Net", summaryOf(someAnswers(named(3))));
    assert.match(svg, "prefers-color-scheme:dark");
    assert.match(svg, '<rect class="paper"');
    assert.match(svg, 'aria-label="Net: class 0 100%, class 1 85%, class 2 70%"');
  });

  test("up to a hundred classes stand inside of the picture; of more those with the most pictures, and it says so", () => {
    for (const count of [1, 2, 9, 16, 30, 31, 100, 140]) {
      const answers = someAnswers(named(count, (c) => `a very long name of a class, number ${c}`).slice(0, count));
      const kept = {
        ...answers,
        pictures: answers.pictures.filter(({ key }) => Number(key.split("/")[0]) % 2 === 0 || key.endsWith("/0.png")),
      };
      const root = parseXml(confusionSvg("Net", summaryOf(kept)));
      const [width, height] = [Number(root.attributes.width), Number(root.attributes.height)];
      const rects = all(root).filter(({ name }) => name === "rect");
      for (const { attributes } of rects) {
        assert.ok(Number(attributes.x ?? 0) + Number(attributes.width) <= width, `${count}`);
        assert.ok(Number(attributes.y ?? 0) + Number(attributes.height) <= height, `${count}`);
      }
      assert.is(rects.filter(({ attributes }) => attributes.class === "mark").length, Math.min(100, count));
      const says = root.text.includes("100 of 140 classes");
      assert.is(says, count === 140);
    }
  });

  test("names are text of one line, and end where there is no more room without losing what tells them apart", () => {
    const names = ['<script>alert("x")</script>', "a\u202eb\nc", "\u0007"];
    const svg = confusionSvg("<b>", summaryOf(someAnswers(names)));
    parseXml(svg);
    for (const sign of ["<script", "<b>", "\u202e", "\u0007"]) assert.not.match(svg, sign);
    assert.is(cutName("short", 10), "short");
    const long = [1, 2].map((n) => cutName(`the same beginning of a name ${n}`, 16));
    assert.is.not(long[0], long[1]);
    for (const name of [...long, cutName("長い名前の表情の分類の名前", 11), cutName("👩‍👩‍👧".repeat(40), 9)])
      assert.ok(displayWidth(name) <= 16, name);
  });
});
