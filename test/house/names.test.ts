// lfer and lferc are in no registry: whoever registers these names could run code wherever they are installed by name, even in CI.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { typedCommand } from "../../src/cli/typed-command.js";
import { installRuntime } from "../../src/diagnostics/install-runtime.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** The texts that people read and type, and the code that writes them. */
const places = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "package.json", ".ci", "docs", "src", "tools", "bench"],
  ...["examples", "models", "grammar", "test/package"],
];

const filesOf = (place: string): readonly string[] =>
  statSync(join(root, place)).isFile()
    ? [place]
    : readdirSync(join(root, place), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

/** Commands that would download lfer or lferc by name from a registry. */
function fetchingByName(text: string): readonly string[] {
  const runs = [...text.matchAll(/\b(?:npx|npm (?:exec|x)|pnpx|bunx)((?: +-[^\s`]+)*) +lferc?\b/g)]
    .filter(([, flags = ""]) => !/^ +--no(-install)?$/.test(flags))
    .map(([run]) => run);
  const word = String.raw`(?: +[^\s${"`"}"'&|;]+)*? +["']?lferc?(?![\w./-])`;
  const installs = text.match(
    new RegExp(String.raw`\b(?:npm|pnpm|yarn|bun)(?: global)? (?:i|install|add|dlx|init|create)\b${word}`, "g"),
  );
  return [...runs, ...(installs ?? []), ...(text.match(/\blferc?@[^\s]*/g) ?? [])];
}

suite("names that nobody owns", (test) => {
  test("what would fetch them is known when it is seen", () => {
    for (const text of [
      ...["npx lferc check", "npx -y lferc", "npx --yes lferc@1 check", "npx lfer", "npm exec lferc", "npm x -- lferc"],
      ...[
        "npx --no --yes lferc",
        "npm install lfer",
        "npm i -g lferc",
        "npm install --global --omit=optional lfer@0.1.0",
      ],
      ...["yarn dlx lferc", "pnpm add lfer", "bun add 'lfer'", "`npm install lfer`", "lfer@latest", "npm init lfer"],
    ]) {
      assert.ok(fetchingByName(text).length > 0, text);
    }
    for (const text of [
      typedCommand,
      "npx --no-install lferc check",
      "npm install ./lfer-0.1.0.tgz",
      "npm ci, then lferc",
    ]) {
      assert.equal(fetchingByName(text), [], text);
    }
  });

  test("nothing that people read or that is written for them fetches them", () => {
    const files = places.flatMap(filesOf);
    assert.ok(files.length > 400, `${files.length}`);
    const found = files.flatMap((file) =>
      fetchingByName(readFileSync(join(root, file), "utf8")).map((text) => `${file}: ${text}`),
    );
    assert.equal(found, []);
  });

  test("README and the tour type lferc in the one way that never does", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    assert.ok(readme.split(`\n${typedCommand} `).length > 15);
    assert.equal(readme.match(/\bnpx (?!--no lferc).*/g), null);
  });

  test("README installs onnxruntime-node by the command that messages give, of the version that is tested", () => {
    assert.ok(readFileSync(join(root, "README.md"), "utf8").includes(`\n${installRuntime()}\n`));
  });
});
