// A package manager that hides undeclared packages (pnpm, Yarn) lets lferc load only what package.json names.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

interface Package {
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Package;
const optional = { ...about.optionalDependencies, ...about.peerDependencies };

suite("packages that are loaded where they are installed", (test) => {
  test("each that the code names is declared, and none needs to be there", () => {
    const named = new Set<string>();
    for (const file of readdirSync(join(root, "src"), { recursive: true }).map(String)) {
      if (!file.endsWith(".ts")) continue;
      const text = readFileSync(join(root, "src", file), "utf8");
      for (const [, name = ""] of text.matchAll(/["`](@tensorflow\/[a-z-]+)["`]/g)) named.add(name);
      for (const [, name = ""] of text.matchAll(/packageName = "([^"]+)"/g)) named.add(name);
      for (const [, name = ""] of text.matchAll(/\bimport\("([^."][^"]*)"\)/g)) {
        if (!name.startsWith("node:") && !name.startsWith("@")) named.add(name);
      }
    }
    assert.ok(named.has("sharp") && named.has("onnxruntime-node") && named.has("webgpu"), [...named].join(", "));
    assert.equal(
      [...named].filter((name) => optional[name] === undefined && name !== "onnxruntime-web"),
      [],
    );
    for (const name of Object.keys(about.peerDependencies)) {
      assert.ok(named.has(name), `${name} is loaded nowhere`);
      assert.is(about.peerDependenciesMeta[name]?.optional, true, name);
    }
  });
});
