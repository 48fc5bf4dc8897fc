import * as assert from "uvu/assert";
import type { Diagnostic, DiagnosticPlace } from "../../src/diagnostics/diagnostic.js";
import { displayWidth } from "../../src/diagnostics/display-text.js";
import type { Paint } from "../../src/diagnostics/paint.js";
import { renderGithub } from "../../src/diagnostics/render-github.js";
import { renderJson } from "../../src/diagnostics/render-json.js";
import { renderPretty, summarize } from "../../src/diagnostics/render-pretty.js";
import { sourceTexts } from "../../src/diagnostics/source-text.js";
import type { Span } from "../../src/diagnostics/span.js";
import { assertGolden } from "../support/goldens.js";
import { suite } from "../support/suite.js";

const main = `lfer 1

block Unit(channels: int) =
  conv(channels, groups: 24)

model M {
\tinput image: float32[N, 24, 32, 32]
\tlogits = image -> /* 顔 */ Unit(116) -> flatten
  output logits
}
`;
const long = `${"x".repeat(500)}bad${"y".repeat(500)}`;
const wide = `${"漢".repeat(90)}bad${"\t".repeat(90)}`;
const files: Record<string, string> = {
  "wide.lfer": wide,
  "main.lfer": main,
  "long.lfer": long,
  "crlf.lfer": "a\r\nbad\r\nc",
};
const sources = sourceTexts((file) => files[file]);

function spanOf(file: string, text: string): Span {
  const start = (files[file] ?? "").indexOf(text);
  return { file, start, end: start + text.length };
}

/** Written out, so that new wording in the catalogue changes none of these goldens. */
function diagnose(place: DiagnosticPlace): Diagnostic {
  return {
    code: "shape/not-divisible",
    severity: "error",
    message: "conv's output is 116, which is no multiple of 24",
    help: "Choose a multiple of 24: 96 or 120.",
    span: place.span,
    related: place.related ?? [],
    ...(place.fix === undefined ? {} : { fix: place.fix }),
  };
}

const looks: Record<string, Diagnostic> = {
  "one-line": diagnose({ span: spanOf("main.lfer", "groups: 24") }),
  "chain-of-blocks": diagnose({
    span: spanOf("main.lfer", "groups: 24"),
    related: [
      { message: "in block Unit(116)", span: spanOf("main.lfer", "Unit(116)") },
      { message: "in model M", span: spanOf("main.lfer", "M {") },
    ],
    fix: { title: "use 29 groups", span: spanOf("main.lfer", "24)"), text: "29)" },
  }),
  "tabs-and-wide-characters": diagnose({ span: spanOf("main.lfer", "Unit(116)") }),
  "several-lines": diagnose({
    span: spanOf("main.lfer", "block Unit(channels: int) =\n  conv"),
  }),
  "many-lines": diagnose({ span: { file: "main.lfer", start: 8, end: main.length } }),
  "end-of-file": diagnose({
    span: { file: "main.lfer", start: main.length, end: main.length },
  }),
  "long-line": diagnose({ span: spanOf("long.lfer", "bad") }),
  crlf: diagnose({ span: spanOf("crlf.lfer", "bad") }),
  "long-chain": diagnose({
    span: spanOf("crlf.lfer", "bad"),
    related: Array.from({ length: 20 }, (_, i) => ({ message: `in block B${i}`, span: spanOf("crlf.lfer", "c") })),
  }),
  "no-text-at-hand": diagnose({ span: { file: "gone.lfer", start: 3, end: 5 } }),
  "no-span": { ...diagnose({}), severity: "warning", message: "odd \u001b[2Jname", help: "first\nsecond" },
};

const tags: Paint = (style, text) => `<${style}>${text}</${style}>`;

suite("pretty", (test) => {
  for (const [look, diagnostic] of Object.entries(looks)) {
    test(look, () => assertGolden(`diagnostics/${look}.txt`, renderPretty(diagnostic, sources)));
  }

  test("colours only add looks", () => {
    const diagnostic = looks["chain-of-blocks"] as Diagnostic;
    const painted = renderPretty(diagnostic, sources, tags);
    assert.match(painted, "<red>error[shape/not-divisible]</red>");
    assert.is(painted.replace(/<\/?(?:red|blue|cyan|bold|dim|yellow|green)>/g, ""), renderPretty(diagnostic, sources));
  });

  test("carets stand under the wrong text, in terminal columns", () => {
    const rows = renderPretty(looks["tabs-and-wide-characters"] as Diagnostic, sources).split("\n");
    const text = rows.find((row) => row.includes("Unit(116)")) as string;
    const marks = rows.find((row) => row.includes("^")) as string;
    // One wide character before the span: one column more than UTF-16 units.
    assert.is(marks.indexOf("^"), text.indexOf("Unit(116)") + 1);
    assert.is(marks.trim().replace("| ", "").trim(), "^".repeat("Unit(116)".length));
  });

  test("no line is wider than people's windows, whatever the source and the message hold", () => {
    for (const place of [spanOf("wide.lfer", "bad"), spanOf("long.lfer", long), spanOf("wide.lfer", wide)]) {
      const text = renderPretty(diagnose({ span: place }), sources);
      for (const line of text.split("\n")) assert.ok(displayWidth(line) < 220, line);
      assert.match(text, /[|] *\^/);
    }
    const unsaid = { ...diagnose({}), message: `"${"r".repeat(100_000)}"`, help: `${"漢".repeat(100_000)}.` };
    assert.ok(renderPretty(unsaid, sources).length < 1000);
    assert.ok(renderGithub(unsaid, sources).length < 1000);
  });

  test("summary", () => {
    const { "one-line": one } = looks;
    assert.is(summarize([]), "");
    assert.is(summarize([one as Diagnostic]), "1 error");
    assert.is(summarize([one as Diagnostic, { ...(one as Diagnostic), severity: "warning" }]), "1 error, 1 warning");
  });
});

suite("json", (test) => {
  const located = Object.values(looks).map((diagnostic) => [diagnostic, sources] as const);

  test("looks", () => assertGolden("diagnostics/all.json", renderJson(located)));

  test("says where in offsets, lines and columns that agree with the text", () => {
    const document = JSON.parse(renderJson(located));
    assert.is(document.schemaVersion, 1);
    assert.equal([document.errors, document.warnings], [located.length - 1, 1]);
    const [first] = document.diagnostics;
    assert.is(main.slice(first.span.start.offset, first.span.end.offset), "groups: 24");
    assert.is(
      main.split("\n")[first.span.start.line - 1]?.slice(first.span.start.column - 1, first.span.end.column - 1),
      "groups: 24",
    );
  });
});

suite("github", (test) => {
  test("looks", () => {
    assertGolden(
      "diagnostics/all.github.txt",
      Object.values(looks)
        .map((d) => renderGithub(d, sources))
        .join(""),
    );
  });

  test("a line break or a comma in a name does not end the command", () => {
    const odd = sourceTexts(
      () => "x",
      () => "a,b:c\n%.lfer",
    );
    const line = renderGithub(diagnose({ span: { file: "f", start: 0, end: 1 } }), odd);
    assert.match(line, "file=a%2Cb%3Ac%0A%25.lfer,line=1,");
    assert.is(line.split("\n").length, 2);
  });
});
