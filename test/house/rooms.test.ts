// Files are short and easy to find: limits on their length, unique names, and messages in the file of their code.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Paths of a folder's TypeScript files, from the repository's root, without generated ones. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".ts") && !/\/generated\/|^src\/(std|weights\/maps)\/sources\.ts$/.test(path))
    .toSorted();

const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const linesOf = (path: string): number => textOf(path).split("\n").length - 1;

suite("rooms", (test) => {
  for (const [folder, most] of [
    ["src", 300],
    ["test", 500],
  ] as const) {
    test(`no file of ${folder} has more than ${most} lines`, () =>
      assert.equal(
        filesOf(folder)
          .filter((path) => linesOf(path) > most)
          .map((path) => `${path}: ${linesOf(path)}`),
        [],
      ));
  }

  test("no name stands in src more than twice", () => {
    const paths = filesOf("src");
    const names = [...new Set(paths.map((path) => basename(path)))];
    const many = names.filter((name) => paths.filter((path) => basename(path) === name).length > 2);
    assert.equal(many, []);
  });

  test("a message stands in the file, or in the folder, of its code's first word", () => {
    const place = "src/diagnostics/catalogue/";
    const strays = filesOf(place).flatMap((path) => {
      const phase = path.slice(place.length).replace(/\.ts$|\/.*$/g, "");
      const codes = [...textOf(path).matchAll(/^ {2}"([a-z-]+)\/[a-z-]+": entry/gm)].map(([, word]) => word);
      return codes.filter((word) => word !== phase).map((word) => `${path}: ${word}/...`);
    });
    assert.equal(strays, []);
  });
});
