// Texts as editors and shells store them: UTF-16, byte order marks, line breaks of Windows.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { diagnose } from "../../src/diagnostics/diagnostic.js";
import { renderPretty } from "../../src/diagnostics/render-pretty.js";
import { sourceTexts } from "../../src/diagnostics/source-text.js";
import { readStoredText, storedText, type TextForm } from "../../src/formats/stored-text.js";
import { writeFileWhole } from "../../src/hosts/write-file.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(8, kernel: 3) -> global_avg_pool -> flatten
  output logits
}
`;

const bytesOf = (text: string, encoding: "utf8" | "utf16le" = "utf8"): Buffer => Buffer.from(text, encoding);

/** The same text as other programs store it. */
const forms: Readonly<Record<string, Uint8Array>> = {
  "UTF-8 with a mark": bytesOf(`\ufeff${model}`),
  "UTF-16 as PowerShell writes it": bytesOf(`\ufeff${model}`, "utf16le"),
  "UTF-16 the other way round": bytesOf(`\ufeff${model}`, "utf16le").swap16(),
  "line breaks of Windows": bytesOf(model.replaceAll("\n", "\r\n")),
  "line breaks of Windows, with a mark": bytesOf(`\ufeff${model.replaceAll("\n", "\r\n")}`),
};

suite("texts as they are stored", (test) => {
  test("a text comes back in each form; what is no text is said", () => {
    for (const encoding of ["utf-8", "utf-16le", "utf-16be"] as const) {
      const form: TextForm = { encoding, hasMark: true };
      assert.equal(readStoredText(storedText("größe 😀\r\n", form)), { text: "größe 😀\r\n", ...form });
    }
    assert.is(readStoredText(bytesOf(model, "utf16le")), "it is UTF-16 without a mark; save it as UTF-8");
    assert.is(readStoredText(Buffer.from([0x66, 0xff, 0x66])), "it is not UTF-8 text");
    assert.is(readStoredText(Buffer.from([0xff, 0xfe, 0x66])), "it begins as UTF-16 text and is none");
    assert.equal(readStoredText(new Uint8Array()), { text: "", encoding: "utf-8", hasMark: false });
  });

  for (const [name, bytes] of Object.entries(forms)) {
    test(`${name}: read as the same network; fmt writes its one form, and --check and --diff see it`, () =>
      inFolder({ "m.lfer": "" }, async (cwd) => {
        const path = join(cwd, "m.lfer");
        writeFileSync(path, bytes);
        const checked = await callLferc(["check", "m.lfer"], cwd);
        assert.is(checked.stderr, "1 file checked: no mistakes\n");
        assert.is((await callLferc(["fmt", "--check", "m.lfer"], cwd)).code, 1);
        const diff = await callLferc(["fmt", "--diff", "m.lfer"], cwd);
        assert.match(diff.stdout, /^-.*lfer 1/m);
        assert.equal(readFileSync(path), Buffer.from(bytes));
        assert.is((await callLferc(["fmt", "m.lfer"], cwd)).code, 0);
        assert.is(readFileSync(path, "utf8"), model);
        assert.is((await callLferc(["fmt", "--check", "m.lfer"], cwd)).code, 0);
      }));

    test(`${name}: check --fix writes it as it was`, () =>
      inFolder({ "m.lfer": "" }, async (cwd) => {
        const path = join(cwd, "m.lfer");
        const stored = readStoredText(bytes);
        if (typeof stored === "string") throw new Error(stored);
        const edition = /^lfer 1(\r?\n)+/;
        writeFileSync(path, storedText(stored.text.replace(edition, ""), stored));
        const fixed = await callLferc(["check", "--fix", "m.lfer"], cwd);
        assert.is(fixed.stderr, "1 file checked: no mistakes, 1 fixed\n");
        assert.equal(readFileSync(path), Buffer.from(bytes));
      }));
  }

  test("a record that PowerShell wrote is compared with", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const record = await callLferc(["stats", "m.lfer", "--format", "json"], cwd);
      writeFileSync(join(cwd, "base.json"), bytesOf(`\ufeff${record.stdout.replaceAll("\n", "\r\n")}`, "utf16le"));
      const same = await callLferc(["stats", "m.lfer", "--against", "base.json"], cwd);
      assert.equal([same.stderr, same.stdout], ["", "M  no change against base.json\n"]);
    }));

  test("UTF-16 without its mark is called by its name", () =>
    inFolder({ "m.lfer": "" }, async (cwd) => {
      writeFileSync(join(cwd, "m.lfer"), bytesOf(model, "utf16le"));
      const { code, stderr } = await callLferc(["check", "m.lfer"], cwd);
      assert.equal([code, codesIn(stderr)], [1, ["import/unreadable-file"]]);
      assert.match(stderr, /it is UTF-16 without a mark; save it as UTF-8/);
    }));

  test("a file that something else has changed since it was read is left alone", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const path = join(cwd, "m.lfer");
      const written = await writeFileWhole(path, [bytesOf("ours")], bytesOf("what we read"));
      assert.equal(written, { kind: "failed", code: "ECHANGED", existed: true });
      assert.is(readFileSync(path, "utf8"), model);
      assert.is((await writeFileWhole(path, [bytesOf("ours")], bytesOf(model))).kind, "written");
      assert.is(readFileSync(path, "utf8"), "ours");
    }));
});

suite("characters that are not seen", (test) => {
  for (const [name, written, shown] of [
    ["a space of no width", "con\u200bv", "`con<U+200B>v`"],
    ["a soft hyphen", "con\u00adv", "`con<U+00AD>v`"],
    ["a wide space", "\u3000conv", "`<U+3000>conv`"],
  ] as const) {
    test(`${name} is named`, () =>
      inFolder({ "m.lfer": model.replace("conv", written) }, async (cwd) => {
        const { stderr } = await callLferc(["check", "m.lfer"], cwd);
        assert.ok(stderr.includes(`${shown} is not part of the language`), stderr);
        assert.match(stderr, /stands for a character that is not seen/);
      }));
  }

  test("a letter that only looks like ours is told", () =>
    inFolder({ "m.lfer": model.replace("image ->", "im\u0430ge ->") }, async (cwd) => {
      const { stderr } = await callLferc(["check", "m.lfer"], cwd);
      assert.match(stderr, /`\u0430` is none of these letters, though it may look like one/);
    }));

  test("the marks stand under what they mean, after characters that take no room, too", () => {
    const text = "a\u200b\u0001 = b\u2060c";
    const sources = sourceTexts(() => text);
    const diagnostic = diagnose("lint/no-edition", {}, { span: { file: "m.lfer", start: 6, end: 9 } });
    const lines = renderPretty(diagnostic, sources).split("\n");
    assert.equal(lines.slice(3, 5), [" 1 | a\ufffd\u2401 = b\ufffdc", "   |       ^^^"]);
  });
});
