import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { reportPage } from "../../src/report/report-page.js";
import { type ReportExtras, shownOf } from "../../src/report/shown.js";
import { type ReadRun, readRun } from "../../src/training/read-run.js";
import { sealed } from "../../src/training/sealed-json.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { type Element, parseXml } from "../targets/svg/picture.js";
import { record, type SomeRun, someRunFiles } from "./some-run.js";

const extras: ReportExtras = {
  costs: {
    params: 12_345,
    paramBytes: 49_380,
    peakActivationBytes: 1000,
    counts: [{ convention: "thop", quantity: "macs", value: 157_250_000 }],
  },
  pictures: undefined,
  lossScale: undefined,
  lferVersion: "0.1.0",
};

async function runOf(run: SomeRun, change: (files: Record<string, string>) => void = () => {}): Promise<ReadRun> {
  const files = { ...someRunFiles("run", run) };
  change(files);
  return inFolder(files, async (cwd) => {
    const found = await readRun(join(cwd, "run"));
    if (isProblem(found)) throw new Error(found.diagnose({}).message);
    return found;
  });
}

const pageOf = (run: ReadRun, more: Partial<ReportExtras> = {}): string =>
  reportPage(
    shownOf(run, { ...extras, ...more }),
    run.warnings.map((each) => each.diagnose({})),
  );

const all = (of: Element): readonly Element[] => [of, ...of.children.flatMap(all)];
const sectionsOf = (page: string): readonly string[] =>
  all(parseXml(page)).flatMap(({ name, attributes }) => (name === "section" ? [attributes.id ?? ""] : []));

const everything = [
  "curves",
  "confusion",
  "classes",
  "sureness",
  "mistakes",
  "recipe",
  "settings",
  "data",
  "costs",
  "run",
];

const hostile = [
  "<script>alert(1)</script>",
  "</title></style><img src=x onerror=alert(1)>",
  '" onload="alert(1)',
  "\u202egnp.exe\u2066",
  "\u0000\u0007\u001b[31m",
  "]]><!--",
  "&lt;&amp;",
  "\ud800",
];

suite("report.html", (test) => {
  test("has the figures, each with what it is, and every part", async () => {
    const page = pageOf(await runOf({}));
    assert.equal(sectionsOf(page), everything);
    const { text } = parseXml(page);
    for (const figure of ["Accuracy85.0%", "Mean-class accuracy85.0%", "Macro-F10.848", "Calibration error"])
      assert.ok(text.includes(figure), figure);
    for (const words of [
      "finished: 3 of 3 epochs",
      "12,345",
      "thop",
      "157,250,000",
      "recipe.optimizer.adam.lr",
      "conv(8",
    ])
      assert.ok(text.includes(words), words);
    assert.is(page.match(/<svg/g)?.length, 6, "three curves, the matrix, reliability, risk");
  });

  test("needs nothing from elsewhere, and says so to the browser: no script, no address, one style", async () => {
    const page = pageOf(await runOf({}), { pictures: new Map([["0/0.png", "data:image/png;base64,AAAA"]]) });
    const elements = all(parseXml(page));
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ["script", "link", "iframe", "object", "embed", "form", "base", "foreignObject", "use", "image"])
      assert.not.ok(names.has(name), name);
    assert.is(elements.filter(({ name }) => name === "style").length, 1);
    for (const { attributes } of elements)
      for (const [key, value] of Object.entries(attributes)) {
        assert.not.match(key, /^(on|style$)/);
        if (key === "href") assert.match(value, /^#[a-z]+$/);
        if (key === "src") assert.match(value, /^data:image\/png;base64,/);
      }
    const policy = elements.find((each) => each.attributes["http-equiv"] === "Content-Security-Policy");
    assert.match(policy?.attributes.content ?? "", /^default-src 'none'; img-src data:; style-src 'sha256-[\w+/=]+';/);
    assert.not.match(page, /https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
    assert.not.match(page, /url\(|@import|@font-face/);
  });

  test("hostile names, paths, recipes and records stay text, wherever they come from", async () => {
    const classes = hostile.slice(0, 7);
    const run = await runOf({
      classes,
      source: `// ${hostile.join(" ")}\n"${hostile.join("")}"`,
      keyOf: (c, i) => `${hostile[c % 7]}/${i}`,
      about: {
        model: hostile[0],
        recipe: { name: hostile[1], [hostile[2]!]: { [hostile[0]!]: hostile } },
        commandLine: hostile,
        warnings: hostile,
        data: {
          description: hostile[0],
          heldOut: hostile[1],
          classes: hostile.map((name) => ({ name, training: 0, heldOut: 1, [hostile[0]!]: 3 })),
          skipped: hostile.map((key) => ({ key, code: key, reason: key })),
        },
      },
    });
    const page = pageOf(run);
    const elements = all(parseXml(page));
    const plain = new Set(all(parseXml(pageOf(await runOf({ about: { warnings: ["w"] } })))).map(({ name }) => name));
    for (const { name, attributes } of elements) {
      assert.ok(plain.has(name) || ["h3", "li", "ul"].includes(name), name);
      for (const key of Object.keys(attributes)) assert.not.match(key, /^on/);
    }
    // Control and bidirectional characters are shown as symbols.
    assert.not.match(page, /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]|[^\P{Cc}\n\t]|\p{Cs}/u);
    assert.ok(parseXml(page).text.includes("<script>alert(1)</script>"));
  });

  test("a run without an epoch, one that goes on, one that was stopped: what there is", async () => {
    const none = await runOf({ about: { epochs: 9, result: undefined } }, (files) => {
      for (const name of ["run/metrics.jsonl", "run/answers.csv", "run/model.lfer"]) delete files[name];
    });
    assert.equal(sectionsOf(pageOf(none, { costs: undefined })), ["settings", "data", "run"]);
    assert.ok(parseXml(pageOf(none)).text.includes("There are no figures yet"));
    const going = await runOf({ about: { epochs: 9, result: undefined } }, (files) => {
      files["run/run.lock"] = "";
      delete files["run/answers.csv"];
    });
    const page = pageOf(going);
    assert.ok(page.includes("in training, or killed in the middle of it: 3 of 9 epochs"));
    assert.equal(sectionsOf(page), ["curves", "recipe", "settings", "data", "costs", "run"]);
    assert.ok(parseXml(page).text.includes("Accuracy60.0%"), "the best epoch's own");
    const stopped = pageOf(await runOf({ about: { epochs: 9, result: undefined } }));
    assert.ok(stopped.includes("stopped after 3 of 9 epochs"));
    assert.not.ok(sectionsOf(stopped).includes("confusion"), "answers of an earlier end are of other weights");
    assert.ok(
      pageOf(await runOf({ about: { epochs: 9 } })).includes("ended early, for no epoch was better: 3 of 9 epochs"),
    );
  });

  test("what nobody would see by the figures stands first: classes never found, missing, pictures left out", async () => {
    const run = await runOf({
      classes: ["a", "b", "c", "d", "e", "f", "g", "h"],
      about: {
        data: {
          classes: [{ name: "a", training: 0, heldOut: 3 }],
          skipped: [{ key: "x.png", reason: "broken" }],
          warnings: [{ code: "x", message: "the same picture on both sides" }],
        },
      },
    });
    const section = all(parseXml(pageOf(run))).find(({ attributes }) => attributes.id === "warnings");
    for (const words of [
      "a has no pictures to train on",
      "1 pictures could not be read",
      "nothing of h is ever found: 0 of 20",
      "the same picture on both sides",
    ])
      assert.ok(section?.text.includes(words), words);
  });

  test("the surest mistakes come with their pictures where there are any, else with their names", async () => {
    const run = await runOf({});
    const uri = "data:image/png;base64,AAAA";
    const shown = all(parseXml(pageOf(run, { pictures: new Map([["1/17.png", uri]]) })));
    assert.equal(
      shown.filter(({ name }) => name === "img").map((each) => each.attributes.src),
      [uri],
    );
    const section = shown.find(({ attributes }) => attributes.id === "mistakes");
    assert.ok(section?.text.includes("neutral 78.0%is happy (11.0%)1/17.png"), section?.text);
    assert.ok(section?.text.includes("8 of these pictures could not be read"));
    const named = pageOf(run);
    assert.not.match(named, "<img");
    assert.match(named, "lferc report RUN --data DIR");
  });

  test("losses beside accuracy in one panel where asked, both axes named", async () => {
    const page = pageOf(await runOf({}), { lossScale: 30 });
    const section = all(parseXml(page)).find(({ attributes }) => attributes.id === "curves");
    assert.is(section && all(section).filter(({ name }) => name === "svg").length, 1);
    for (const name of ["accuracy, %", "loss, drawn × 30", "epoch"]) assert.ok(section?.text.includes(name), name);
  });
});

suite("reading a run", (test) => {
  test("a broken file costs what it says, and is told with its line", async () => {
    for (const [name, content, reason] of [
      ["metrics.jsonl", "{}\n", "line 1 is not a record of an epoch"],
      ["metrics.jsonl", `${"[".repeat(100_000)}\n`, "line 1 is not a record of an epoch"],
      ["metrics.jsonl", "\ufffd\n{", "line 1 is not a record"],
      ["metrics.jsonl", `${JSON.stringify({ ...record(1), evaluation: { toString: 1 } })}\n`, "line 1 is not a record"],
      ["answers.csv", "path,label\n", "line 1: it does not begin with path,label,answer"],
    ] as const) {
      const run = await runOf({}, (files) => {
        files[`run/${name}`] = content;
      });
      assert.equal(
        run.warnings.map((each) => each.diagnose({}).code),
        ["report/left-out"],
      );
      assert.ok(run.warnings[0]?.diagnose({}).message.includes(reason), run.warnings[0]?.diagnose({}).message);
      assert.ok(sectionsOf(pageOf(run)).includes("warnings"));
    }
    const skipped = await runOf({}, (files) => {
      files["run/metrics.jsonl"] = files["run/metrics.jsonl"]!.split("\n").slice(1).join("\n");
    });
    assert.match(skipped.warnings[0]?.diagnose({}).message ?? "", "line 1 is epoch 2, not 1");
  });

  test("an edited run.json is shown, and said to be edited", async () => {
    const run = await runOf({}, (files) => {
      files["run/run.json"] = files["run/run.json"]!.replace("0.01", "0.02");
    });
    assert.equal(
      run.warnings.map((each) => each.diagnose({}).code),
      ["report/edited-run"],
    );
  });

  test("a folder without a run, and one whose run.json is none, are refused", () =>
    inFolder({ "empty/x": "", "broken/run.json": "[1", "deep/run.json": "[".repeat(1e6) }, async (cwd) => {
      for (const name of ["empty", "nowhere", "broken", "deep"]) {
        const found = await readRun(join(cwd, name));
        assert.ok(isProblem(found) && found.diagnose({}).code === "report/no-run", name);
      }
    }));

  test("the state says which weights are best; where it is gone or edited, the figures do", async () => {
    const best = { epoch: 1, accuracy: 0.5, meanClassAccuracy: 0.4, loss: 1, weights: "average" };
    const stated = (state: string) => runOf({}, (files) => void Object.assign(files, { "run/state.json": state }));
    assert.equal((await stated(sealed({ best }))).best, best);
    for (const state of [sealed({ best }).replace("0.5", "0.9"), sealed({ best: { epoch: "x" } }), "{"])
      assert.equal((await stated(state)).best?.epoch, 3);
  });
});
