// A user's compilation checks only what it uses of the standard library; here all of it is checked, like a project's own files.
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { standardLibrary } from "../../src/std/sources.js";
import { stdNetworks } from "../engines/std-networks.js";
import { suite } from "../support/suite.js";

const own = (text: string): string =>
  text.replaceAll('from "std/', 'from "./').replaceAll(/(from "\.\/[^"]*)"/g, '$1.lfer"');
const files = Object.fromEntries([...standardLibrary].map(([path, text]) => [path.replace("std/", ""), own(text)]));

/** The error codes of a file of the library. */
async function codesOf(path: string, changed = (text: string): string => text): Promise<readonly string[]> {
  const host = memoryHost({ ...files, [path]: changed(files[path] ?? "") });
  return compile(await load(host, path)).diagnostics.map(({ code }) => code);
}

suite("the standard library", (test) => {
  for (const path of Object.keys(files)) {
    test(`${path} is right, each declaration by itself`, async () => assert.equal(await codesOf(path), []));
  }

  test("what takes a tensor is in a network that trains, but for losses", () => {
    const isLoss = (path: string): boolean => ["std/losses.lfer", "std/ldl.lfer"].includes(path);
    const texts = [...standardLibrary].filter(([path]) => !isLoss(path)).map(([, text]) => text);
    const blocks = texts.flatMap((text) => [...text.matchAll(/^block (\w+)|^fn (\w+)[^\n]*(?<=\)| \w+) on /gm)]);
    const names = blocks.map(([, block, fn]) => block ?? fn ?? "");
    assert.equal(Object.keys(stdNetworks).sort(), names.sort());
    for (const [name, body] of Object.entries(stdNetworks))
      assert.match(name === "with_token" ? "with_token" : body, name);
  });

  test("a mistake in what nobody uses would be seen here", async () => {
    assert.equal(await codesOf("widths.lfer", (text) => `${text}\nfn unused on x = x -> no_such_layer\n`), [
      "resolve/unknown-name",
    ]);
  });
});
