// Every link of a page leads to a file, in the repository and in the package.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const docs = readdirSync(join(root, "docs"), { recursive: true })
  .map((name) => `docs/${String(name).replaceAll("\\", "/")}`)
  .filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...docs];
const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: readonly string[] };

const isPacked = (path: string): boolean =>
  files.some((each) => each === path || path.startsWith(`${each}/`)) &&
  !files.includes(`!${path.split("/", 2).join("/")}`);

/** The headings of a page as GitHub links them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

/** A page without its code. */
const prose = (page: string): string =>
  readFileSync(join(root, page), "utf8")
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/`[^`\n]*`/g, "");

suite("links of the pages", (test) => {
  test("there are some", () => assert.ok(docs.length > 20));

  for (const page of pages) {
    test(page, () => {
      assert.ok(isPacked(page), "it is in the package");
      for (const [, link = ""] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [way = "", anchor] = link.split("#");
        const path = way === "" ? page : normalize(join(dirname(page), way));
        assert.ok(existsSync(join(root, path)), `${link}: no such file`);
        assert.ok(isPacked(path), `${link}: not in the package`);
        if (anchor !== undefined) {
          assert.ok(anchorsOf(readFileSync(join(root, path), "utf8")).includes(anchor), `${link}: no such heading`);
        }
      }
    });
  }

  test("docs/README.md lists every page once, README.md leads to it", () => {
    const index = readFileSync(join(root, "docs/README.md"), "utf8");
    const listed = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => `docs/${name}`);
    assert.equal(listed.toSorted(), docs.filter((name) => name !== "docs/README.md").toSorted());
    assert.match(readFileSync(join(root, "README.md"), "utf8"), "](docs/README.md)");
  });
});
