// docs/compatibility.md promises that public names stay: this is the list of them, and each must still exist.
import { readFileSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { exitCodes } from "../../src/cli/exit-codes.js";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import * as library from "../../src/index.js";
import { surfaces } from "../../src/ops/registry.js";
import { conventions } from "../../src/recipe/measures.js";
import { recipeKeys, recipeSignatures } from "../../src/recipe/signatures.js";
import { builtinNames } from "../../src/semantics/calls/builtins.js";
import { standardLibrary } from "../../src/std/sources.js";
import { parse } from "../../src/syntax/parse.js";
import { irVersions } from "../../src/targets/onnx/opsets.js";
import * as testing from "../../src/testing/index.js";
import { suite } from "../support/suite.js";

const written = new URL("../goldens/public-face.json", import.meta.url);

type Face = Readonly<Record<string, readonly string[]>>;

/** Names that the standard library's files declare. */
const declaredIn = (file: string, text: string): readonly string[] =>
  parse(file, text).tree.declarations.map(({ name }) => `${file.replace(/\.lfer$/, "")} ${name.text}`);

/** The language's own names, and the names of their parameters. */
function languageNames(): readonly string[] {
  const parameters = [...surfaces].flatMap(([name, { surface }]) =>
    Object.keys(surface.parameters).map((parameter) => `${name} ${parameter}:`),
  );
  const recipe = recipeSignatures.flatMap((signature) => [
    signature.name,
    ...signature.parameters.map((parameter) => `${signature.name} ${parameter.name}:`),
  ]);
  return [...builtinNames(), ...parameters, ...recipe, ...Object.keys(recipeKeys).map((key) => `recipe ${key} =`)];
}

async function publicFace(): Promise<Face> {
  const flags: string[] = [];
  for (const { name, load } of commands) {
    for (const [option, { alias = [] }] of declaredArguments(await load()).options) {
      flags.push(`${name} --${option}`, ...[alias].flat().map((short) => `${name} -${short}`));
    }
  }
  return {
    language: languageNames(),
    commands: commands.map(({ name }) => name),
    flags,
    exitCodes: Object.keys(exitCodes),
    codes: Object.keys(catalogue),
    conventions: Object.keys(conventions),
    standardLibrary: [...standardLibrary].flatMap(([file, text]) => declaredIn(file, text)),
    opsets: Object.keys(irVersions),
    library: Object.keys(library),
    testing: Object.keys(testing),
  };
}

suite("what is public", (test) => {
  test("no name of the language begins with a capital: those are left to blocks and models of users", () => {
    assert.equal(
      builtinNames().filter((name) => !/^[a-z]/.test(name)),
      [],
    );
  });

  test("is still there, all of it", async () => {
    const now = await publicFace();
    // At a release, or when something is removed that was in no release.
    if (process.env.UPDATE_GOLDEN === "1") {
      const sorted = Object.fromEntries(Object.entries(now).map(([key, names]) => [key, [...new Set(names)].sort()]));
      writeFileSync(written, `${JSON.stringify(sorted, undefined, 2)}\n`);
    }
    const before = JSON.parse(readFileSync(written, "utf8")) as Face;
    assert.equal(Object.keys(before).sort(), Object.keys(now).sort());
    for (const [key, names] of Object.entries(before)) {
      assert.ok(names.length > 0, key);
      assert.equal(
        names.filter((name) => now[key]?.includes(name) !== true),
        [],
        `${key} that were there`,
      );
    }
  });
});
