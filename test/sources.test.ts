import * as assert from "uvu/assert";
import type { Host, HostText } from "../src/hosts/host.js";
import { load, resolveImport } from "../src/source/sources.js";
import { suite } from "./support/suite.js";

/** A host that answers from a table and records the requests. */
function hostOf(texts: Readonly<Record<string, string | HostText>>): Host & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async read(path) {
      asked.push(path);
      const found = texts[path];
      if (found === undefined) return { kind: "missing" };
      return typeof found === "string" ? { kind: "text", text: found } : found;
    },
  };
}

const importing = (...froms: readonly string[]): string =>
  `lfer 1\n\n${froms.map((from, i) => `import { x${i} } from "${from}"\n`).join("")}`;

suite("sources", (test) => {
  test("where an import leads", () => {
    const cases: readonly (readonly [string, string, string | undefined])[] = [
      ["main.lfer", "./a.lfer", "a.lfer"],
      ["main.lfer", "a.lfer", "a.lfer"],
      ["a/b/c.lfer", "../d.lfer", "a/d.lfer"],
      ["a/b/c.lfer", "./../../x/./y.lfer", "x/y.lfer"],
      ["a/c.lfer", "../../d.lfer", undefined],
      ["main.lfer", "../d.lfer", undefined],
      ["../main.lfer", "./d.lfer", "../d.lfer"],
      ["../main.lfer", "../d.lfer", "../../d.lfer"],
      ["main.lfer", "/etc/passwd", undefined],
      ["main.lfer", "a\\b.lfer", undefined],
      ["main.lfer", "file:///a.lfer", undefined],
      ["main.lfer", "C:/a.lfer", undefined],
      ["main.lfer", "a\0.lfer", undefined],
      ["main.lfer", "std/shufflenet", "std/shufflenet.lfer"],
      ["main.lfer", "./std/own.lfer", "./std/own.lfer"],
      ["./std/own.lfer", "./other.lfer", "./std/other.lfer"],
      ["./std/own.lfer", "../up.lfer", "up.lfer"],
      ["std/shufflenet.lfer", "std/labels", "std/labels.lfer"],
    ];
    for (const [importer, from, expected] of cases)
      assert.is(resolveImport(importer, from), expected, `${importer}: ${from}`);
  });

  test("each file is read once, in the order of the imports", async () => {
    const host = hostOf({
      "main.lfer": importing("./a.lfer", "./b.lfer", "./a.lfer", "std/labels"),
      "a.lfer": importing("./c.lfer"),
      "b.lfer": importing("./c.lfer", "./a.lfer"),
      "c.lfer": "lfer 1\n",
    });
    const { files, problems } = await load(host, "main.lfer");
    assert.equal([...files.keys()], ["main.lfer", "a.lfer", "b.lfer", "std/labels.lfer", "c.lfer"]);
    assert.equal(host.asked, ["main.lfer", "a.lfer", "b.lfer", "c.lfer"]);
    assert.is(problems.size, 0);
  });

  test("what a host says of a file it does not give is said of the import", async () => {
    const host = hostOf({
      "main.lfer": importing("./out.lfer", "./large.lfer", "./folder.lfer", "./none.lfer"),
      "out.lfer": { kind: "outside" },
      "large.lfer": { kind: "too-large", bytes: 9_000_000, limit: 8_000_000 },
      "folder.lfer": { kind: "unreadable", reason: "it is a folder" },
    });
    const { problems } = await load(host, "main.lfer");
    const codes = [...problems].map(([path, { make }]) => [path, make(undefined).code]);
    assert.equal(codes, [
      ["out.lfer", "import/outside-project"],
      ["large.lfer", "limit/file-too-large"],
      ["folder.lfer", "import/unreadable-file"],
      ["none.lfer", "import/missing-file"],
    ]);
  });

  test("imports end somewhere: deep ones, and many", async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`f${i}.lfer`, importing(`./f${i + 1}.lfer`)]),
    );
    const chain = await load(hostOf(deep), "f0.lfer");
    assert.equal(
      [...chain.problems.values()].map(({ make }) => make(undefined).code),
      ["limit/too-many-imports"],
    );
    const many = Array.from({ length: 1100 }, (_, i) => `./g${i}.lfer`);
    const wide = await load(
      { read: async (path) => ({ kind: "text", text: path === "main.lfer" ? importing(...many) : "" }) },
      "main.lfer",
    );
    assert.is(wide.files.size, 1000);
    assert.is([...wide.problems.values()][0]?.make(undefined).code, "limit/too-many-imports");
  });
});
